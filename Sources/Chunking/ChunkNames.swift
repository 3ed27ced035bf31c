/// The names of the chunks of a blob, by stream and in order.
public struct ChunkNames: Sendable {
    private(set) var headers: [Digest] = []
    private(set) var payload: [Digest] = []

    /// Begins with none.
    public init() {}

    /// The names that `recipe` has.
    public init(of recipe: Recipe) {
        headers = recipe.headers.map(\.id)
        payload = recipe.payload.map(\.id)
    }

    /// Hashes the next chunk of `stream`. O(n).
    public mutating func name(_ chunk: RawSpan, of stream: Recipe.Stream) -> ChunkReference {
        let reference = ChunkReference(id: Digest(hashing: chunk), length: UInt32(chunk.byteCount))
        append(reference.id, to: stream)
        return reference
    }

    /// Hashes the next chunks, whose bytes are `run`, one after the other. O(n).
    public mutating func name(_ run: RawSpan, _ chunks: [(stream: Recipe.Stream, length: Int)]) -> [ChunkReference] {
        var offset = 0
        return chunks.map { stream, length in
            defer { offset += length }
            return name(run.extracting(offset..<(offset + length)), of: stream)
        }
    }

    mutating func append(_ name: Digest, to stream: Recipe.Stream) {
        switch stream {
        case .headers: headers.append(name)
        case .payload: payload.append(name)
        }
    }
}
