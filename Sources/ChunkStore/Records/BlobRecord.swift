internal import Chunking

/// The body of a blob record: how to put the blob together, and where its entry table is.
struct BlobRecord: Hashable, Sendable {
    let older: OlderFiles
    let recipe: Recipe
    /// The chunks of the encoded entry table, in order; `nil` when the blob is not a layer.
    let entries: [ChunkReference]?

    init(recipe: Recipe, entries: [ChunkReference]?, older: OlderFiles = .none) {
        self.recipe = recipe
        self.entries = entries
        self.older = older
    }

    /// Reads a body.
    init(decoding body: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(body, subject: "the blob record")
        older = try OlderFiles(from: &reader)
        recipe = try unsafe Recipe(decoding: Array(reader.readCounted(maximum: .max)).span.bytes)
        var entries: [ChunkReference] = []
        for _ in 0..<(try reader.readCount(maximum: .max, size: Digest.byteCount + 1)) {
            let id = try reader.readDigest()
            let length = try reader.readVarint(as: UInt32.self)
            guard (1...UInt32(ChunkReference.lengthMaximum)).contains(length) else {
                throw reader.malformed("has a chunk of \(length) bytes")
            }
            entries.append(ChunkReference(id: id, length: length))
        }
        self.entries = entries.isEmpty ? nil : entries
        try reader.expectEnd()
    }

    /// Appends the body.
    func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        older.encode(into: &writer)
        writer.writeCounted(recipe.encoded())
        writer.writeVarint(entries?.count ?? 0)
        for chunk in entries ?? [] {
            writer.write(chunk.id)
            writer.writeVarint(UInt64(chunk.length))
        }
        bytes = writer.bytes
    }

    /// Every chunk that the blob needs, each once, in the order in which it is first needed.
    var distinctChunks: [ChunkReference] {
        var seen: Set<Digest> = []
        return (recipe.headers + recipe.payload + (entries ?? [])).filter { seen.insert($0.id).inserted }
    }

    /// The chunks of the blob's bytes, without those of its entry table, which is made here.
    var contentChunks: Set<Digest> { Set((recipe.headers + recipe.payload).map(\.id)) }
}
