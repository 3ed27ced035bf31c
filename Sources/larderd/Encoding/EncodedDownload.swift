import ChunkStore
import Compression
import NIOCore
import Synchronization

/// A layer that is encoded while it is sent, and kept in that form if it is asked for often.
final class EncodedDownload: PieceSource {
    /// How much of the layer is encoded before others get their turn on the thread, and how long a piece may get. Bytes.
    private static let readMaximum = 1 << 20
    private static let pieceTarget = 128 << 10

    private struct State: ~Copyable {
        var reader: BlobReader
        var encoder: StreamEncoder
        var copy: CopyWriter?
        /// Bytes of the layer on their way to the encoder.
        var plain: [UInt8] = []
        var isEnded = false
    }

    private let state: Mutex<State>
    private let turn: LimitedTurns.Turn

    /// - Parameters:
    ///   - turn: given back when the download is over.
    ///   - copy: where the encoded layer is kept as well.
    init(
        _ reader: consuming sending BlobReader, as coding: ContentCoding, in turn: LimitedTurns.Turn, copy: CopyWriter?
    ) throws(CompressionError) {
        let encoder = try StreamEncoder(coding.format, level: coding.level)
        self.turn = turn
        state = Mutex(State(reader: reader, encoder: encoder, copy: copy))
    }

    /// - Throws: `StoreError` when a part of the blob is damaged.
    func next() throws -> ByteBuffer? {
        try state.withLock { state in
            if state.isEnded { return nil }
            var piece = ByteBuffer()
            piece.reserveCapacity(2 * Self.pieceTarget)
            do {
                try Self.fill(&piece, &state)
            } catch {
                state.isEnded = true
                state.copy?.drop()
                throw error
            }
            return piece
        }
    }

    private static func fill(_ piece: inout ByteBuffer, _ state: inout State) throws {
        while piece.readableBytes < pieceTarget, !state.isEnded {
            state.plain.removeAll(keepingCapacity: true)
            if try state.reader.read(into: &state.plain, maximum: readMaximum) > 0 {
                // A second reference, not a copy; it ends before the bytes are cleared.
                let plain = state.plain
                try unsafe state.encoder.update(plain.span.bytes) { piece.writeBytes($0) }
            } else {
                try state.encoder.finish { piece.writeBytes($0) }
                state.isEnded = true
            }
        }
        state.copy?.append(piece)
        if state.isEnded { state.copy?.keep() }
    }
}

extension ContentCoding {
    /// What encodes.
    fileprivate var format: StreamDecoder.Format {
        switch self {
        case .zstd: .zstd
        case .gzip: .gzip
        }
    }

    /// The fastest of the usual levels: the client waits meanwhile.
    fileprivate var level: Int32 { 1 }
}
