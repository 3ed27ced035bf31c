internal import Chunking
internal import Synchronization

/// A frame's uncompressed bytes and where its chunks are in them.
final class DecodedFrame: Sendable {
    /// How many bytes all of them have together that anybody still has.
    private static let held = Atomic(0)

    let bytes: [UInt8]
    /// Whether every chunk was hashed, and not only the record's checksum compared.
    let isHashed: Bool
    private let ranges: [Digest: Range<Int>]
    private let pool: BytePool?

    /// - Parameter pool: where the memory of `bytes` goes in the end.
    init(chunks: [ChunkReference], bytes: [UInt8], isHashed: Bool, pool: BytePool? = nil) {
        self.bytes = bytes
        self.isHashed = isHashed
        self.pool = pool
        var ranges: [Digest: Range<Int>] = [:]
        ranges.reserveCapacity(chunks.count)
        var offset = 0
        for chunk in chunks {
            ranges[chunk.id] = offset..<(offset + Int(chunk.length))
            offset += Int(chunk.length)
        }
        self.ranges = ranges
        Self.held.add(bytes.capacity, ordering: .relaxed)
    }

    deinit {
        Self.held.subtract(bytes.capacity, ordering: .relaxed)
        pool?.give(bytes)
    }

    /// How much memory all decoded frames of the process have. Bytes.
    static var heldByteCount: Int { held.load(ordering: .relaxed) }

    /// Whether a chunk called `id` is in this frame.
    func holds(_ id: Digest) -> Bool { ranges[id] != nil }

    /// Where the bytes of `chunk` are; `nil` when they are not in this frame, whatever the index says.
    func range(of chunk: ChunkReference) -> Range<Int>? {
        guard let range = ranges[chunk.id], range.count == Int(chunk.length), range.upperBound <= bytes.count else {
            return nil
        }
        return range
    }
}
