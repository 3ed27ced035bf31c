import Chunking
import NIOCore
import Synchronization
import SystemPackage

/// A copy of an encoded layer on its way to a client. Its last piece is given only if all of it is what was written.
final class CopyDownload: PieceSource {
    private static let pieceMaximum = 256 << 10

    private struct State: Sendable {
        var hasher = DigestHasher()
        var offset: UInt64 = 0
    }

    /// How many bytes there are.
    let length: UInt64
    private let file: SystemPackage.FileDescriptor
    private let digest: Digest
    private let onDamage: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - file: closed by this.
    ///   - digest: of the file's bytes.
    ///   - onDamage: called when they are others.
    init(_ file: SystemPackage.FileDescriptor, length: UInt64, digest: Digest, onDamage: @escaping @Sendable () -> Void)
    {
        self.file = file
        self.length = length
        self.digest = digest
        self.onDamage = onDamage
    }

    deinit {
        try? file.close()
    }

    /// - Throws: `Errno.ioError` when the file is not what was written.
    func next() throws -> ByteBuffer? {
        try state.withLock { state in
            guard state.offset < length else { return nil }
            do {
                return try nextPiece(&state)
            } catch {
                onDamage()
                throw error
            }
        }
    }

    private func nextPiece(_ state: inout State) throws -> ByteBuffer {
        let wanted = Int(min(UInt64(Self.pieceMaximum), length - state.offset))
        var piece = ByteBuffer()
        let offset = Int64(state.offset)
        let count = try unsafe piece.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { room in
            try unsafe file.read(
                fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: room.prefix(wanted)))
        }
        guard count > 0 else { throw Errno.ioError }
        state.hasher.update(piece.readableBytesSpan)
        state.offset += UInt64(count)
        if state.offset == length, state.hasher.finalize() != digest { throw Errno.ioError }
        return piece
    }
}
