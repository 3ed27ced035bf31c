internal import Chunking
internal import Synchronization

/// Computes the digest of a blob that arrives in parts; that of a long one on a thread of its own.
struct BlobHasher: ~Copyable, Sendable {
    private static let segmentByteCount = 256 << 10
    private static let byteMaximum = 2 << 20

    private final class Digesting: Sendable {
        let hasher = Mutex(DigestHasher())
    }

    private let digesting: Digesting
    private let stage: Stage<[UInt8]>
    private var hasThread = false
    /// The bytes that the thread gets next.
    private var segment: [UInt8] = []

    init() {
        let digesting = Digesting()
        self.digesting = digesting
        stage = Stage(byteMaximum: Self.byteMaximum) { segment in
            digesting.hasher.withLock { unsafe $0.update(segment.span.bytes) }
        }
    }

    /// Hashes on a thread from now on.
    mutating func startThread() throws(StoreError) {
        try stage.startThreads()
        hasThread = true
    }

    /// Hashes what waits, and on the caller's thread from now on.
    mutating func endThread() throws(StoreError) {
        guard hasThread else { return }
        try handOver()
        try stage.finish()
        hasThread = false
    }

    /// Takes the next bytes.
    mutating func update(_ bytes: RawSpan) throws(StoreError) {
        guard hasThread else {
            digesting.hasher.withLock { $0.update(bytes) }
            return
        }
        var offset = 0
        while offset < bytes.byteCount {
            let end = min(offset + Self.segmentByteCount - segment.count, bytes.byteCount)
            segment.append(copying: bytes.extracting(offset..<end))
            offset = end
            if segment.count == Self.segmentByteCount {
                try handOver()
                segment.reserveCapacity(Self.segmentByteCount)
            }
        }
    }

    /// The digest of all bytes.
    mutating func finish() throws(StoreError) -> Digest {
        try endThread()
        return digesting.hasher.withLock { $0.finalize() }
    }

    private mutating func handOver() throws(StoreError) {
        var full: [UInt8] = []
        swap(&full, &segment)
        try stage.put(full, byteCount: full.count)
    }
}
