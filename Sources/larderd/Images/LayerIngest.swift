import CacheAPI
import ChunkStore
import Chunking
import Compression
import NIOCore
import Synchronization

/// A layer on its way into a project: what arrives is hashed, decompressed when it is compressed, and written.
/// Calls block, and come one after the other.
final class LayerIngest: Sendable {
    fileprivate struct State: ~Copyable {
        var hasher = DigestHasher()
        var received: UInt64 = 0
        /// The first bytes, until they tell how the rest is compressed.
        var beginning: [UInt8]? = []
        var decoder: StreamDecoder?
        var writer: BlobWriter
        let limits: Limits

        init(writer: consuming BlobWriter, limits: Limits) {
            self.writer = writer
            self.limits = limits
        }
    }

    private let state: Mutex<State?>
    private let diffID: Digest

    /// - Parameters:
    ///   - diffID: the digest of the uncompressed layer.
    ///   - limits: how much may come out of it.
    init(_ diffID: Digest, into project: ProjectID, of store: Store, limits: Limits) {
        self.diffID = diffID
        state = Mutex(State(writer: store.beginBlob(in: project), limits: limits))
    }

    /// How many bytes have arrived.
    var received: UInt64 { state.withLock { $0?.received ?? 0 } }

    /// Takes the next bytes as they are stored in a registry.
    func take(_ parts: [ByteBuffer]) throws {
        try state.withLock { slot in
            guard var state = slot.take() else { return }
            for part in parts {
                try state.take(part.readableBytesSpan)
            }
            slot = consume state
        }
    }

    /// Ends the layer and makes it part of the project.
    /// - Parameter digest: the digest of what arrived.
    /// - Throws: ``APIFailure`` `invalidContent`; nothing is kept then. Errors of the store.
    func commit(digest: Digest) throws {
        try state.withLock { slot in
            guard var state = slot.take() else { return }
            let actual = state.hasher.finalize()
            guard actual == digest else {
                throw APIFailure(.invalidContent, "layer \(digest) arrived as \(actual); it is damaged at its source")
            }
            try state.settle()
            try state.decoder?.finish()
            let info = try state.writer.commit(expecting: diffID)
            guard info.isLayer else {
                throw APIFailure(.invalidContent, "layer \(digest) is not a tar archive, so it cannot be built upon")
            }
        }
    }
}

extension LayerIngest.State {
    fileprivate mutating func take(_ bytes: RawSpan) throws {
        hasher.update(bytes)
        received += UInt64(bytes.byteCount)
        guard var first = beginning.take() else {
            try pass(bytes)
            return
        }
        first.append(copying: bytes)
        beginning = first
        // The shortest magic number has two bytes, the longest four.
        if first.count >= 4 { try settle() }
    }

    /// Decides by the first bytes whether the rest is compressed, and passes them on.
    fileprivate mutating func settle() throws {
        guard let first = beginning.take() else { return }
        if first.count >= 4, let format = unsafe StreamDecoder.format(of: first.span.bytes) {
            decoder = try StreamDecoder(
                format, limit: UInt64(limits.layerBytes),
                expansion: (UInt64(limits.expansion), beyond: UInt64(limits.expansionBytes)))
        }
        try unsafe pass(first.span.bytes)
    }

    private mutating func pass(_ bytes: RawSpan) throws {
        guard var decoder = decoder.take() else {
            try writer.write(bytes)
            return
        }
        try decoder.update(bytes) { try writer.write($0) }
        self.decoder = consume decoder
    }
}
