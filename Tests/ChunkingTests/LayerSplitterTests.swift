import TestSupport
import Testing

@testable import Chunking

@Suite("Layer splitter")
struct LayerSplitterTests {
    /// A tar of files of all sizes around the limits of the tiny parameters, with a little of everything.
    static func sampleTar(_ generator: inout SeededGenerator, mtime: Int = 0) -> [UInt8] {
        var writer = TarWriter()
        for index in 0..<Int.random(in: 0...12, using: &generator) {
            let size = [0, 1, 127, 128, 129, 511, 512, 513, 5000].randomElement(using: &generator) ?? 0
            writer.add("d/file\(index)", generator.bytes(size), mtime: mtime)
        }
        writer.add(type: "5", "d/sub/")
        writer.add(type: "2", "d/link", link: "file0")
        writer.addPax([("path", Array("d/long".utf8)), ("SCHILY.xattr.user.a", [1, 2])])
        writer.add("short", generator.bytes(200), mtime: mtime)
        return writer.finish()
    }

    @Test("rebuilds any bytes, also tars that are damaged or cut off", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let blob: [UInt8]
            switch round % 3 {
            case 0: blob = generator.bytes(Int.random(in: 0...6000, using: &generator))
            case 1: blob = Self.sampleTar(&generator)
            default: blob = generator.mutated(Self.sampleTar(&generator))
            }
            let split = SplitBlob(blob)
            #expect(split.read(split.recipe.pieces()) == blob)
            #expect(split.recipe.digest == Digest(hashing: blob))
            #expect(split.recipe.size == UInt64(blob.count))
            #expect(try unsafe Recipe(decoding: split.recipe.encoded().span.bytes) == split.recipe)
            if let entries = split.entries {
                #expect(try unsafe EntryTable(decoding: entries.encoded().span.bytes) == entries)
            }
        }
    }

    @Test("with the chunks of some files known the result is the same, and these are not handed out", arguments: seeds)
    func knownChunks(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let tar = Self.sampleTar(&generator)
            let whole = SplitBlob(tar)
            var known: [LayerPath: [ChunkReference]] = [:]
            for entry in whole.entries?.entries ?? [] where entry.size > 0 && Bool.random(using: &generator) {
                known[entry.path] = whole.recipe.payloadPieces(offset: entry.payloadOffset, length: entry.size).map(
                    \.chunk)
            }
            let hasLargeFile = known.values.contains { $0.reduce(0) { $0 + $1.length } >= 512 }
            // Of another length, so not believed.
            known[LayerPath("short")] = [ChunkReference(id: Digest(hashing: tar), length: 199)]
            var splitter = LayerSplitter(parameters: .tiny) { [known] in known[$0] ?? [] }
            var handed: Set<ChunkReference> = []
            for start in stride(from: 0, to: tar.count, by: 700) {
                let part = unsafe tar.span.bytes.extracting(start..<min(start + 700, tar.count))
                splitter.update(part) { chunk, _ in handed.insert(chunk) }
            }
            let result = splitter.finish { chunk, _ in handed.insert(chunk) }
            #expect(result.recipe == whole.recipe && result.entries == whole.entries, "seed \(seed)")
            #expect(handed.isSubset(of: whole.order))
            // Files below the restart size share chunks with others.
            if hasLargeFile { #expect(handed.count < Set(whole.order).count, "seed \(seed)") }
        }
    }

    @Test("any split of the input gives the same result", arguments: seeds)
    func splits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let tar = Self.sampleTar(&generator)
            let blob = round % 2 == 0 ? tar : generator.mutated(tar)
            let whole = SplitBlob(blob)
            for longest in [1, 3, 600, 5000] {
                let parts = SplitBlob(blob) { Int.random(in: 0...longest, using: &generator) }
                // Chunks of the two streams may complete in another order; all else is the same.
                #expect(parts.recipe == whole.recipe)
                #expect(parts.entries == whole.entries)
                #expect(parts.contents == whole.contents)
                #expect(parts.order.count == whole.order.count)
            }
        }
    }

    @Test("a blob that is no tar is opaque: payload only, no entries", arguments: [1, 511, 512, 5000])
    func opaque(count: Int) {
        let split = SplitBlob([UInt8](repeating: 7, count: count))
        #expect(split.entries == nil)
        #expect(split.recipe.headers.isEmpty)
        #expect(split.recipe.extents == [.init(stream: .payload, length: UInt64(count))])
    }

    @Test("an empty blob has nothing; one of zeros is an empty tar")
    func nothing() {
        let empty = SplitBlob([])
        #expect(empty.entries == nil)
        #expect(empty.recipe.extents.isEmpty && empty.order.isEmpty)
        let zeros = SplitBlob([UInt8](repeating: 0, count: 1024))
        #expect(zeros.entries == EntryTable())
        // The layer of no files that image builders share.
        #expect(zeros.recipe.digest.hex == "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
        #expect(SplitBlob([UInt8](repeating: 0, count: 2048) + [1]).entries == nil)
    }

    @Test("file bytes are payload, all else headers; files from the restart size on have chunks of their own")
    func streams() {
        var generator = SeededGenerator(seed: 3)
        let (small, large, last) = (generator.bytes(100), generator.bytes(2000), generator.bytes(10))
        var writer = TarWriter()
        writer.add("small", small)
        writer.add("large", large)
        writer.add("last", last)
        let split = SplitBlob(writer.finish())
        #expect(split.recipe.byteCount(of: .payload) == 2110)
        #expect(split.file("large") == large)
        #expect(split.file("last") == last)
        let alone = SplitBlob(large).recipe.payload
        #expect(split.recipe.payload.first?.length == 100)
        #expect(Array(split.recipe.payload.dropFirst().dropLast()) == alone)
        #expect(split.row("small")?.content == ContentDigest.small(of: small))
        #expect(split.row("large")?.content == ContentDigest.large(alone.map(\.id), parameters: 1))
        #expect(split.row("last")?.payloadOffset == 2100)
    }

    @Test("new times leave the payload as it was; a moved file keeps its chunks", arguments: seeds)
    func dedup(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let files = (0..<20).map { ("f\($0)", generator.bytes(200 + $0 * 300)) }
        func tar(_ files: [(String, [UInt8])], mtime: Int) -> SplitBlob {
            var writer = TarWriter()
            for (name, content) in files { writer.add(name, content, mtime: mtime) }
            return SplitBlob(writer.finish())
        }
        let before = tar(files, mtime: 1000)
        let later = tar(files, mtime: 2000)
        #expect(later.recipe.payload == before.recipe.payload)
        #expect(later.recipe.headers != before.recipe.headers)
        let shuffled = tar(files.shuffled(using: &generator), mtime: 1000)
        #expect(shuffled.payloadIDs == before.payloadIDs)
        for (name, _) in files {
            #expect(shuffled.row(name)?.content == before.row(name)?.content)
        }
    }

    @Test("one byte more at the front of a file changes few chunks", arguments: seeds)
    func stability(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // A single file may by chance change much; of twenty with 80 chunks each, about 30 chunks change in all.
        var changed = 0
        for _ in 0..<20 {
            let content = generator.bytes(20_000)
            var (old, new) = (TarWriter(), TarWriter())
            old.add("file", content)
            new.add("file", [1] + content)
            let known = SplitBlob(old.finish()).payloadIDs
            changed += SplitBlob(new.finish()).payloadIDs.subtracting(known).count
        }
        #expect(changed <= 100, "seed \(seed)")
    }

    @Test("the content hasher says what the splitter says", arguments: [0, 1, 127, 128, 129, 1024, 9999])
    func contentHasher(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let content = generator.bytes(count)
        var writer = TarWriter()
        writer.add("file", content)
        var hasher = ContentHasher(parameters: .tiny)
        var offset = 0
        while offset < count {
            let end = min(count, offset + Int.random(in: 1...300, using: &generator))
            unsafe hasher.update(content.span.bytes.extracting(offset..<end))
            offset = end
        }
        #expect(hasher.finish() == SplitBlob(writer.finish()).row("file")?.content)
    }

    @Test("an error of the receiver comes through")
    func receiverError() {
        struct Refused: Error {}
        let blob = [UInt8](repeating: 1, count: 5000)
        var splitter = LayerSplitter(parameters: .tiny)
        #expect(throws: Refused.self) {
            try unsafe splitter.update(blob.span.bytes) { _, _ throws(Refused) in throw Refused() }
        }
    }
}
