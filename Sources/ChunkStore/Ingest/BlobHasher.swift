internal import Chunking
internal import Synchronization

/// Computes the digest of a blob that arrives in parts; that of a long one on a thread of its own.
struct BlobHasher: ~Copyable, Sendable {
    private static let segmentByteCount = 256 << 10
    private static let byteMaximum = 4 << 20

    /// What hashes until there is a thread.
    private var hasher = DigestHasher()
    private var thread: HashingThread?
    /// The bytes that the thread gets next.
    private var segment: [UInt8] = []

    /// Hashes on a thread from now on.
    mutating func startThread() throws(StoreError) {
        thread = try HashingThread(hasher, byteMaximum: Self.byteMaximum)
    }

    /// Hashes the next bytes, or has them hashed.
    mutating func update(_ bytes: RawSpan) throws(StoreError) {
        guard let thread else {
            hasher.update(bytes)
            return
        }
        var offset = 0
        while offset < bytes.byteCount {
            segment.reserveCapacity(Self.segmentByteCount)
            let end = min(offset + Self.segmentByteCount - segment.count, bytes.byteCount)
            segment.append(copying: bytes.extracting(offset..<end))
            offset = end
            if segment.count == Self.segmentByteCount { try thread.update(segment.takeAll()) }
        }
    }

    /// The digest of all bytes.
    mutating func finish() throws(StoreError) -> Digest {
        guard let thread else { return hasher.finalize() }
        try thread.update(segment.takeAll())
        return try thread.finish()
    }
}

/// A hasher and the thread it is used on.
private struct HashingThread: Sendable {
    private final class Shared: Sendable {
        let hasher: Mutex<DigestHasher>

        init(_ hasher: DigestHasher) {
            self.hasher = Mutex(hasher)
        }
    }

    private let shared: Shared
    private let stage: Stage<[UInt8]>

    init(_ hasher: DigestHasher, byteMaximum: Int) throws(StoreError) {
        let shared = Shared(hasher)
        self.shared = shared
        stage = try Stage(byteMaximum: byteMaximum) { segment in
            shared.hasher.withLock { unsafe $0.update(segment.span.bytes) }
        }
    }

    func update(_ segment: [UInt8]) throws(StoreError) {
        try stage.put(segment, byteCount: segment.count)
    }

    func finish() throws(StoreError) -> Digest {
        try stage.finish()
        return shared.hasher.withLock { $0.finalize() }
    }
}

extension Array {
    /// The elements, which are gone afterwards.
    fileprivate mutating func takeAll() -> [Element] {
        var all: [Element] = []
        swap(&all, &self)
        return all
    }
}
