@testable import Chunking

extension ChunkParameters {
    /// Chunks small enough that little input has many.
    static let tiny = ChunkParameters(id: 1, minimum: 64, average: 256, maximum: 1024, fileRestart: 128)
}

/// What a splitter made of a blob.
struct SplitBlob: Equatable {
    var recipe: Recipe
    var entries: EntryTable?
    /// The chunks as they were handed out.
    var order: [ChunkReference] = []
    var contents: [Digest: [UInt8]] = [:]

    /// Splits `blob`, handed over in parts as long as `partLength` says.
    init(_ blob: [UInt8], parameters: ChunkParameters = .tiny, partLength: () -> Int = { .max }) {
        var splitter = LayerSplitter(parameters: parameters)
        var order: [ChunkReference] = []
        var contents: [Digest: [UInt8]] = [:]
        var offset = 0
        while offset < blob.count {
            let end = offset + min(max(partLength(), 0), blob.count - offset)
            unsafe splitter.update(blob.span.bytes.extracting(offset..<end)) { chunk, bytes in
                order.append(chunk)
                contents[chunk.id] = [UInt8](copying: bytes)
            }
            offset = end
        }
        let result = splitter.finish { chunk, bytes in
            order.append(chunk)
            contents[chunk.id] = [UInt8](copying: bytes)
        }
        (recipe, entries, self.order, self.contents) = (result.recipe, result.entries, order, contents)
    }

    /// The bytes that `pieces` name.
    func read(_ pieces: Recipe.Pieces) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in pieces {
            let chunk = contents[piece.chunk.id] ?? []
            bytes += chunk[piece.offset..<(piece.offset + piece.length)]
        }
        return bytes
    }

    /// The content of the file at `path`, read through its row.
    func file(_ path: String) -> [UInt8]? {
        guard let entry = row(path) else { return nil }
        return read(recipe.payloadPieces(offset: entry.payloadOffset, length: entry.size))
    }

    /// The last row for `path`.
    func row(_ path: String) -> Entry? {
        entries?.entries.last { $0.path == LayerPath(path) }
    }

    /// The ids of the payload's chunks.
    var payloadIDs: Set<Digest> { Set(recipe.payload.map(\.id)) }
}

extension ContentDigest {
    static func small(of bytes: [UInt8]) -> Digest {
        unsafe small(bytes.span.bytes)
    }
}
