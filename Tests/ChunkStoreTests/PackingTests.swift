import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// What came in quickly is stored better, and says the same.
@Suite struct PackingTests {
    private let temporary: TemporaryRoot
    private let store: Store
    private let project: ProjectID

    init() throws {
        temporary = try TemporaryRoot()
        var options = Store.Options()
        options.chunkFileSize = 300_000
        options.leasePeriod = 0
        store = try temporary.open(options)
        project = try store.makeProject(named: "shop")
    }

    /// Bytes that compress like text: words of a small vocabulary.
    private static func text(_ random: inout SeededGenerator, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += Array("word\(random.next() % 5000) ".utf8) }
        return Array(bytes.prefix(count))
    }

    /// A layer of files, and the same with a few bytes of each file changed.
    private static func versions(_ random: inout SeededGenerator) -> (old: [UInt8], new: [UInt8]) {
        let files = (0..<60).map { number in
            (name: "lib/module\(number).pyc", bytes: random.bytes(Int.random(in: 500...9000, using: &random)))
        }
        let large = (name: "bin/program", bytes: random.bytes(900_000))
        let changed = files.map { name, bytes in
            var bytes = bytes
            for offset in 8..<12 { bytes[offset] = UInt8.random(in: 0...255, using: &random) }
            return (name: name, bytes: bytes)
        }
        var program = large.bytes
        for offset in stride(from: 1000, to: program.count, by: 50_000) { program[offset] ^= 0xff }
        program.insert(contentsOf: [1, 2, 3], at: 400_000)
        return (
            tar(files + [large]), tar(changed + [(name: large.name, bytes: program)], mtime: 1_800_000_000)
        )
    }

    private func keep(_ bytes: [UInt8], key: UInt8) throws -> Digest {
        let digest = try store.store(bytes, in: project).digest
        _ = try store.put([1], in: .tag, key: [key], project: project, references: [.blob(digest)])
        return digest
    }

    @Test func packedBlobsSayTheSame() throws {
        var random = SeededGenerator(seed: 1)
        let layer = tar((0..<40).map { ("file\($0)", Self.text(&random, 20_000)) })
        let digest = try keep(layer, key: 1)
        let table = try store.entries(of: digest, in: project)
        let before = try store.statistics()
        let report = try store.pack()
        #expect(report.isComplete && report.blobs == 1 && report.frames > 0)
        let after = try store.statistics()
        #expect(after.liveBytes < before.liveBytes * 9 / 10)
        #expect(after.uniqueBytes == before.uniqueBytes && after.chunks == before.chunks)
        #expect(try store.contents(of: digest, in: project) == layer)
        #expect(try store.entries(of: digest, in: project) == table)
        #expect(try store.pack().frames == 0)
        _ = try store.collect()
        #expect(try store.contents(of: digest, in: project) == layer)
    }

    @Test func changedFilesAreStoredAsDifferences() throws {
        var random = SeededGenerator(seed: 2)
        let (old, new) = Self.versions(&random)
        let first = try keep(old, key: 1)
        _ = try store.pack()
        let before = try store.statistics().liveBytes
        let second = try keep(new, key: 2)
        try store.notePredecessors([first], of: second, in: project)
        let report = try store.pack()
        #expect(report.deltaFrames > 0)
        let grown = try store.statistics().liveBytes - before
        // The new version alone takes over a megabyte of random bytes.
        #expect(grown < 60_000, "\(grown) bytes more")
        _ = try store.collect()
        #expect(try store.contents(of: first, in: project) == old)
        #expect(try store.contents(of: second, in: project) == new)
        // What is sent to clients never is a difference.
        let recipe = try #require(try store.recipe(of: second, in: project))
        var reader = try store.frames(holding: recipe.payload.map(\.id), in: project)
        var held: Set<Digest> = []
        while let frame = try reader.next() {
            #expect(frame.base.isEmpty)
            held.formUnion(frame.chunks.map(\.id))
        }
        #expect(held.isSuperset(of: recipe.payload.map(\.id)))
    }

    @Test func differencesOutliveWhatTheyWereMadeFrom() throws {
        var random = SeededGenerator(seed: 3)
        let (old, new) = Self.versions(&random)
        let first = try keep(old, key: 1)
        let second = try keep(new, key: 2)
        try store.notePredecessors([first], of: second, in: project)
        #expect(try store.pack().deltaFrames > 0)
        #expect(try store.delete(in: .tag, key: [1], project: project))
        #expect(try store.collect().removedBlobs == 1)
        #expect(try store.blob(first, in: project) == nil)
        #expect(try store.contents(of: second, in: project) == new)
        #expect(try #require(try store.statistics().projects.first).heldBytes > 0)
        // With the last difference goes what was kept for it.
        #expect(try store.delete(in: .tag, key: [2], project: project))
        for _ in 0..<3 { _ = try store.collect() }
        let after = try store.statistics()
        #expect(after.chunks == 0 && after.frames == 0 && after.uniqueBytes == 0)
        #expect(after.projects.first?.heldBytes == 0 && after.projects.first?.looseBytes == 0)
    }

    @Test func whatIsHeldOnlyForDifferencesIsGivenUpWhenItIsTooMuch() throws {
        var random = SeededGenerator(seed: 6)
        let (old, new) = Self.versions(&random)
        let first = try keep(old, key: 1)
        let second = try keep(new, key: 2)
        try store.notePredecessors([first], of: second, in: project)
        #expect(try store.pack().deltaFrames > 0)
        #expect(try store.delete(in: .tag, key: [1], project: project))
        _ = try store.collect()
        let held = try #require(try store.statistics().projects.first).heldBytes
        #expect(held > 0)
        var settings = PackSettings()
        settings.heldBytesMinimum = held * 2
        #expect(try store.pack(settings).frames == 0)
        settings.heldBytesMinimum = 0
        settings.heldShareMaximum = 0.01
        #expect(try store.pack(settings).frames > 0)
        _ = try store.collect()
        let after = try store.statistics()
        #expect(after.projects.first?.heldBytes == 0 && after.projects.first?.looseBytes == 0)
        #expect(after.deltaFrames == 0)
        #expect(try store.contents(of: second, in: project) == new)
    }

    @Test func aThirdVersionDependsOnTheFirst() throws {
        var random = SeededGenerator(seed: 4)
        let (old, new) = Self.versions(&random)
        var third = new
        // Inside the large file, which comes last.
        for offset in stride(from: third.count - 800_000, to: third.count - 20_000, by: 30_000) { third[offset] ^= 1 }
        let digests = [try keep(old, key: 1), try keep(new, key: 2)]
        try store.notePredecessors([digests[0]], of: digests[1], in: project)
        _ = try store.pack()
        let last = try keep(third, key: 3)
        try store.notePredecessors([digests[1]], of: last, in: project)
        #expect(try store.pack().deltaFrames > 0)
        #expect(try store.contents(of: last, in: project) == third)
        try store.use { core throws(StoreError) in
            let plain = try core.index.read { transaction throws(StoreError) in
                var plain = true
                for location in try transaction.deltaFrames() {
                    for chunk in try core.base(ofFrameAt: location)?.chunks ?? [] {
                        guard let row = try transaction.chunk(chunk.id),
                            try transaction.frame(at: row.frame)?.isDelta == false
                        else {
                            plain = false
                            continue
                        }
                    }
                }
                return plain
            }
            #expect(plain)
        }
    }

    @Test func aDamagedBaseMakesDifferencesMissingUntilTheyAreStoredAgain() throws {
        var random = SeededGenerator(seed: 5)
        let (old, new) = Self.versions(&random)
        let first = try keep(old, key: 1)
        let second = try keep(new, key: 2)
        try store.notePredecessors([first], of: second, in: project)
        #expect(try store.pack().deltaFrames > 0)
        _ = try store.collect()
        store.close()
        for file in try temporary.chunkFiles() {
            let opened = try OpenFile(1, at: file, mode: .readOnly, disk: .system)
            var scanner = RecordScanner(opened, end: try Disk.system.length(opened.descriptor), disk: .system)
            while let (offset, header) = try scanner.next() {
                guard header.kind == .frame else { continue }
                let bytes = try Disk.system.read(opened.descriptor, offset, header.recordLength)
                let frame = unsafe try Frame(
                    decoding: bytes.span.bytes.extracting(droppingFirst: RecordHeader.byteCount))
                if frame.base.isEmpty { try flipBit(of: file, at: Int(offset) + header.recordLength - 5) }
            }
        }
        let again = try temporary.open()
        #expect((try? again.contents(of: second, in: project)) == nil)
        for _ in 0..<2 {
            try again.store(new, in: project)
            try again.store(old, in: project)
        }
        #expect(try again.contents(of: second, in: project) == new)
        #expect(try again.contents(of: first, in: project) == old)
    }
}

extension Transaction {
    /// Where the delta frames are.
    fileprivate func deltaFrames() throws(StoreError) -> [Location] {
        var found: [Location] = []
        try scan(databases.frames, from: []) { key, value in
            guard let row = FrameRow(value), row.isDelta else { return true }
            let file: UInt32 = key.integer(at: 0)
            let offset: UInt32 = key.integer(at: 4)
            found.append(
                Location(
                    file: file.byteSwapped, length: row.recordLength, offset: UInt64(offset.byteSwapped) * 8))
            return true
        }
        return found
    }
}
