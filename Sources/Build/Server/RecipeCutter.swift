internal import Chunking

/// Cuts the bytes of a blob whose recipe is known, without hashing anything: hands out the chunks that are wanted, each
/// once. Whether they are what the recipe says is for the receiver to check. Memory is bounded by two chunks.
struct RecipeCutter {
    private let extents: [Recipe.Extent]
    private var extent = 0
    private var leftInExtent: UInt64
    private var headers: Stream
    private var payload: Stream
    private var wanted: Set<Digest>

    /// One of the two streams, as far as it has been cut.
    private struct Stream {
        let chunks: [ChunkReference]
        var next = 0
        /// The bytes so far of a chunk that is wanted.
        var bytes: [UInt8] = []
        /// How many bytes of the present chunk have gone by.
        var passed = 0
    }

    /// - Parameter wanted: the chunks that are handed out.
    init(_ recipe: Recipe, wanted: Set<Digest>) {
        extents = recipe.extents
        leftInExtent = recipe.extents.first?.length ?? 0
        headers = Stream(chunks: recipe.headers)
        payload = Stream(chunks: recipe.payload)
        self.wanted = wanted
    }

    /// Takes the blob's next bytes; what is behind the recipe's end is dropped. O(n).
    mutating func update(_ bytes: RawSpan, onChunk: (ChunkReference, RawSpan) -> Void) {
        var offset = 0
        while offset < bytes.byteCount, extent < extents.count {
            let count = Int(min(leftInExtent, UInt64(bytes.byteCount - offset)))
            let part = bytes.extracting(offset..<(offset + count))
            switch extents[extent].stream {
            case .headers: Self.take(part, &headers, &wanted, onChunk)
            case .payload: Self.take(part, &payload, &wanted, onChunk)
            }
            offset += count
            leftInExtent -= UInt64(count)
            guard leftInExtent == 0 else { continue }
            extent += 1
            if extent < extents.count { leftInExtent = extents[extent].length }
        }
    }

    private static func take(
        _ bytes: RawSpan, _ stream: inout Stream, _ wanted: inout Set<Digest>,
        _ onChunk: (ChunkReference, RawSpan) -> Void
    ) {
        var offset = 0
        while offset < bytes.byteCount, stream.next < stream.chunks.count {
            let chunk = stream.chunks[stream.next]
            let count = min(Int(chunk.length) - stream.passed, bytes.byteCount - offset)
            let isWanted = wanted.contains(chunk.id)
            if isWanted { stream.bytes.append(copying: bytes.extracting(offset..<(offset + count))) }
            offset += count
            stream.passed += count
            guard stream.passed == Int(chunk.length) else { continue }
            if isWanted {
                unsafe onChunk(chunk, stream.bytes.span.bytes)
                stream.bytes.removeAll(keepingCapacity: true)
                wanted.remove(chunk.id)
            }
            stream.passed = 0
            stream.next += 1
        }
    }
}
