internal import Chunking
internal import NIOCore

/// Hands the bytes of a blob from the thread that reads them to the request that sends them. The thread waits while
/// as many parts as allowed are on their way, which bounds memory to about 2 MB a blob.
final class BlobFeed: Sendable {
    /// Nobody takes the bytes any more.
    struct Abandoned: Error {}

    private struct State {
        var free: Int
        var isAbandoned = false
    }

    /// At least how many bytes a part has, except for the last one.
    private static let partMinimum = 256 << 10

    private let digest: Digest
    private let size: UInt64
    private let parts: AsyncThrowingStream<ByteBuffer, any Error>
    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    private let state = Monitor(State(free: 4))

    init(_ digest: Digest, size: UInt64) {
        self.digest = digest
        self.size = size
        (parts, continuation) = AsyncThrowingStream.makeStream()
    }

    /// The bytes. They end only when they were those of the digest: the last part is kept back until then.
    var bytes: some AsyncSequence<ByteBuffer, any Error> & Sendable {
        parts.map { [state] part in
            state.update { $0.free += 1 }
            return part
        }
    }

    /// Puts in what `source` gives; blocks.
    /// - Throws: `corrupt` when it is not the blob; ``Abandoned``; what `source` throws.
    func fill(_ source: LayerSource) throws {
        var hasher = DigestHasher()
        var left = size
        var part = ByteBuffer()
        try source { bytes in
            guard UInt64(bytes.byteCount) <= left else { throw notTheBlob }
            left -= UInt64(bytes.byteCount)
            hasher.update(bytes)
            if part.readableBytes >= Self.partMinimum {
                try put(part)
                part = ByteBuffer()
            }
            unsafe bytes.withUnsafeBytes { _ = unsafe part.writeBytes($0) }
        }
        guard left == 0, hasher.finalize() == digest else { throw notTheBlob }
        if part.readableBytes > 0 { try put(part) }
    }

    /// No more bytes will come; with an error the request fails.
    func finish(throwing error: (any Error)? = nil) {
        continuation.finish(throwing: error)
    }

    /// The thread stops at its next part.
    func abandon() {
        state.update { $0.isAbandoned = true }
    }

    private func put(_ part: ByteBuffer) throws {
        try state.wait { state -> Void? in
            if state.isAbandoned { throw Abandoned() }
            guard state.free > 0 else { return nil }
            state.free -= 1
            return ()
        }
        continuation.yield(part)
    }

    private var notTheBlob: BuildError {
        BuildError(.corrupt, "What was read of the layer \(digest.short) is not that layer.")
    }
}
