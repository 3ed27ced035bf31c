import TestSupport
import Testing

@testable import Chunking

@Suite("Recipe")
struct RecipeTests {
    /// A recipe whose chunks are all different, and the bytes of its two streams.
    private func randomRecipe(_ generator: inout SeededGenerator) -> SplitBlob {
        var writer = TarWriter()
        for index in 0..<Int.random(in: 1...8, using: &generator) {
            writer.add("file\(index)", generator.bytes(Int.random(in: 0...3000, using: &generator)))
        }
        return SplitBlob(writer.finish())
    }

    private func decode(_ bytes: [UInt8]) throws(ChunkingError) -> Recipe {
        try unsafe Recipe(decoding: bytes.span.bytes)
    }

    @Test("is read back as it was written", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let recipe = randomRecipe(&generator).recipe
            let decoded = try decode(recipe.encoded())
            #expect(decoded == recipe)
            #expect(decoded.encoded() == recipe.encoded())
        }
        let empty = SplitBlob([]).recipe
        #expect(empty.extents.isEmpty && empty.payload.isEmpty && empty.headers.isEmpty)
        #expect(try decode(empty.encoded()) == empty)
    }

    @Test("pieces are the slices of the blob that they stand for", arguments: seeds)
    func pieces(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let split = randomRecipe(&generator)
            let blob = split.read(split.recipe.pieces())
            #expect(Digest(hashing: blob) == split.recipe.digest)
            for _ in 0..<50 {
                let low = Int.random(in: 0...blob.count, using: &generator)
                let high = Int.random(in: low...blob.count, using: &generator)
                #expect(split.read(split.recipe.pieces(in: UInt64(low)..<UInt64(high))) == Array(blob[low..<high]))
            }
            #expect(split.read(split.recipe.pieces(in: 5..<UInt64.max)) == Array(blob[5...]))
            #expect(split.read(split.recipe.pieces(in: (.max - 1)..<UInt64.max)).isEmpty)
        }
    }

    @Test("payload pieces end where the stream does")
    func payloadPieces() {
        let split = SplitBlob(Array("no tar".utf8))
        #expect(split.read(split.recipe.payloadPieces(offset: 3, length: 2)) == Array("ta".utf8))
        #expect(split.read(split.recipe.payloadPieces(offset: 3, length: .max)) == Array("tar".utf8))
        #expect(split.read(split.recipe.payloadPieces(offset: .max, length: .max)).isEmpty)
    }

    @Test("extents of one stream are merged, empty ones dropped")
    func merging() {
        let recipe = Recipe(
            parameters: 1, digest: Digest(hashing: []), size: 6, headers: [], payload: [],
            extents: [
                .init(stream: .headers, length: 1), .init(stream: .payload, length: 0),
                .init(stream: .headers, length: 2), .init(stream: .payload, length: 3),
            ])
        #expect(recipe.extents == [.init(stream: .headers, length: 3), .init(stream: .payload, length: 3)])
    }

    @Test("damaged bytes are refused or still consistent", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let valid = randomRecipe(&generator).recipe.encoded()
        for _ in 0..<1500 {
            guard let recipe = try? decode(generator.mutated(valid)) else { continue }
            let total = recipe.pieces().reduce(UInt64(0)) { $0 + UInt64($1.length) }
            #expect(total == recipe.size)
        }
    }

    @Test("says what is wrong")
    func errors() throws {
        let id = Digest(hashing: [1])
        func code(_ chunks: [UInt32], _ extents: [UInt64], size: UInt64, parameters: UInt16 = 1) -> ChunkingError.Code?
        {
            let recipe = Recipe(
                parameters: parameters, digest: id, size: size, headers: [],
                payload: chunks.map { ChunkReference(id: id, length: $0) },
                extents: extents.map { .init(stream: .payload, length: $0) })
            do throws(ChunkingError) {
                _ = try decode(recipe.encoded())
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code([5], [5], size: 5) == nil)
        #expect(code([5], [5], size: 6) == .malformed)
        #expect(code([5], [4], size: 5) == .malformed)
        #expect(code([5], [6], size: 5) == .malformed)
        #expect(code([5], [], size: 5) == .malformed)
        #expect(code([0], [], size: 0) == .malformed)
        #expect(code([1 << 20], [1 << 20], size: 1 << 20) == nil)
        #expect(code([1 << 20 + 1], [1 << 20 + 1], size: 1 << 20 + 1) == .malformed)
        #expect(code([5], [5], size: 5, parameters: 9) == .unsupportedVersion)
        #expect(throws: ChunkingError.self) { try decode([]) }
        #expect(throws: ChunkingError.self) { try decode([2]) }
    }
}
