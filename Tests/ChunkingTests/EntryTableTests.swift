import TestSupport
import Testing

@testable import Chunking

@Suite("Entry table")
struct EntryTableTests {
    /// Rows with every field set to something, related ones after each other.
    static func randomTable(_ generator: inout SeededGenerator, rows: Int) -> EntryTable {
        var entries: [Entry] = []
        for _ in 0..<rows {
            let depth = Int.random(in: 0...4, using: &generator)
            let path = (0..<depth).map { _ in "n\(generator.next() % 5)" }.joined(separator: "/")
            var entry = Entry(
                path: LayerPath(path), kind: Entry.Kind(rawValue: UInt8(generator.next() % 7)) ?? .file,
                mode: UInt32(generator.next() % 0o10000), uid: UInt32(truncatingIfNeeded: generator.next()),
                gid: UInt32(generator.next() % 3), size: generator.next() >> 40,
                mtimeSeconds: Int64(bitPattern: generator.next()),
                mtimeNanoseconds: UInt32(generator.next() % 1_000_000_000))
            if Bool.random(using: &generator) { entry.content = Digest(hashing: generator.bytes(4)) }
            if Bool.random(using: &generator) { entry.payloadOffset = generator.next() >> 20 }
            if Bool.random(using: &generator) { entry.linkTarget = generator.bytes(5) }
            if Bool.random(using: &generator) { entry.deviceMinor = 7 }
            if Bool.random(using: &generator) {
                entry.xattrs = [
                    .init(name: generator.bytes(3), value: generator.bytes(9)), .init(name: [1], value: []),
                ]
            }
            entries.append(entry)
        }
        return EntryTable(entries: entries)
    }

    private func decode(_ bytes: [UInt8]) throws(ChunkingError) -> EntryTable {
        try unsafe EntryTable(decoding: bytes.span.bytes)
    }

    @Test("is read back as it was written", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for rows in [0, 1, 2, 50, 500] {
            let table = Self.randomTable(&generator, rows: rows)
            #expect(try decode(table.encoded()) == table)
        }
    }

    @Test("damaged bytes are refused, or mean a table that has just this form", arguments: seeds)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let valid = Self.randomTable(&generator, rows: 20).encoded()
        for _ in 0..<1500 {
            let bytes = generator.mutated(valid)
            guard let table = try? decode(bytes) else { continue }
            #expect((try? decode(table.encoded())) == table)
        }
    }

    @Test("every cut of valid bytes is refused")
    func truncated() {
        var generator = SeededGenerator(seed: 5)
        let valid = Self.randomTable(&generator, rows: 5).encoded()
        for count in 0..<valid.count {
            #expect(throws: ChunkingError.self) { try decode(Array(valid.prefix(count))) }
        }
        #expect(throws: ChunkingError.self) { try decode(valid + [0]) }
    }

    @Test("too many rows and unknown versions are refused")
    func limits() throws {
        func code(_ bytes: [UInt8]) -> ChunkingError.Code? {
            do throws(ChunkingError) {
                _ = try decode(bytes)
                return nil
            } catch {
                return error.code
            }
        }
        var writer = ByteWriter()
        writer.write(1)
        writer.writeVarint(EntryTable.rowsMaximum + 1)
        #expect(code(writer.bytes) == .tooLarge)
        #expect(code([9]) == .unsupportedVersion)
    }

    @Test("the budget counts rows, bytes of text and components that are new")
    func budget() {
        let deep = Entry(path: LayerPath("a/b/c/d"), kind: .directory, mode: 0)
        let below = Entry(path: LayerPath("a/b/c/d/e"), kind: .directory, mode: 0)
        func admitted(_ budget: EntryTableBudget, _ entries: Entry...) -> [Bool] {
            var budget = budget
            return entries.map { budget.admit($0) }
        }
        #expect(admitted(EntryTableBudget(rows: 2), deep, below, below) == [true, true, false])
        #expect(admitted(EntryTableBudget(textBytes: 16), deep, below, deep) == [true, true, false])
        #expect(admitted(EntryTableBudget(components: 6), deep, below, deep) == [true, true, false])
        var entry = deep
        entry.xattrs = Array(repeating: .init(name: [], value: []), count: EntryTable.attributesMaximum + 1)
        #expect(admitted(EntryTableBudget(), entry) == [false])
    }

    @Test("paths that are not normalized are refused", arguments: ["/a", "a/", "a//b", "./a", "a/..", "..", "."])
    func unnormalized(path: String) {
        var writer = ByteWriter()
        writer.write(1)
        writer.writeVarint(1)
        writer.write(1)
        writer.writeVarint(0)
        writer.writeCounted(Array(path.utf8))
        for _ in 0..<5 { writer.write(0) }
        #expect(throws: ChunkingError.self) { try decode(writer.bytes) }
    }

    @Test("layer paths are normalized the same way by both of their ways in", arguments: seeds)
    func normalization(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let parts = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                ["/", ".", "..", "...", "a", ".a", "b."].randomElement(using: &generator) ?? ""
            }
            let path = LayerPath(parts.joined(separator: Bool.random(using: &generator) ? "/" : ""))
            #expect(LayerPath(path.bytes) == path)
            #expect(LayerPath(normalizedBytes: path.bytes) == path)
            #expect(!path.components.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
        }
    }
}
