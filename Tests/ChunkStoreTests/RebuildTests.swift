import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// An index made anew from chunk files has what the lost one had, and nothing that was deleted.
@Suite struct RebuildTests {
    private let temporary: TemporaryRoot

    init() throws {
        temporary = try TemporaryRoot()
    }

    @Test(arguments: UInt64(100)..<108)
    func historiesComeBack(seed: UInt64) throws {
        var history = History(seed: seed)
        var store = try temporary.open(history.options)
        for round in 0..<4 {
            try history.run(30, on: &store, in: temporary)
            let before = try Inventory(of: store)
            let statistics = try store.statistics()
            store.close()
            if round % 2 == 0 { TemporaryRoot.remove(temporary.root.appending("index")) }
            let report = try Store.rebuild(temporary.root, options: history.options, disk: .system)
            #expect(report.losses.isEmpty && report.damage.isClean, "seed \(seed), round \(round): \(report)")
            let check = try Store.check(temporary.root, options: history.options)
            #expect(check.isClean, "seed \(seed), round \(round): \(check.findings.map(\.text))")
            store = try temporary.open(history.options)
            #expect(try Inventory(of: store) == before, "seed \(seed), round \(round)")
            compare(try store.statistics(), statistics, "seed \(seed), round \(round)")
        }
    }

    /// What nothing refers to may differ: it is not known when it was collected.
    private func compare(_ one: Statistics, _ other: Statistics, _ comment: Comment) {
        #expect(one.logicalBytes == other.logicalBytes, comment)
        #expect(one.namedBytes == other.namedBytes, comment)
        #expect(one.layers == other.layers && one.steps == other.steps, comment)
        #expect(one.chunkFiles == other.chunkFiles, comment)
        for (project, before) in zip(one.projects, other.projects) {
            #expect(project.name == before.name, comment)
            #expect(project.uniqueBytes == before.uniqueBytes && project.blobs == before.blobs, comment)
        }
    }

    /// A bug that was found: a delta frame that nothing needs, and whose base was collected, was taken for damage.
    @Test func aDeltaThatIsWasteMayOutliveItsBase() throws {
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let delta = try #require(try FuzzCorpus.read().first { $0.name == "frame-delta.bin" })
        try store.use { core throws(StoreError) in
            guard let frame = unsafe try? Frame(decoding: delta.bytes.span.bytes) else { return }
            _ = try core.append(frame, for: project, isPacked: true)
        }
        _ = try store.put([1], in: .tag, key: [1], project: project)
        store.close()
        let report = try Store.rebuild(temporary.root, options: Store.Options(), disk: .system)
        #expect(report.damage.isClean && report.losses.isEmpty && report.smallRecords == 1)
        #expect(try Store.check(temporary.root).isClean)
    }

    @Test(arguments: UInt64(200)..<212)
    func damagedHistoriesComeBackInPart(seed: UInt64) throws {
        var history = History(seed: seed)
        var store = try temporary.open(history.options)
        try history.run(40, on: &store, in: temporary)
        let before = try Inventory(of: store)
        store.close()
        var random = SeededGenerator(seed: seed)
        let files = try temporary.chunkFiles()
        for _ in 0..<4 {
            guard let file = files.randomElement(using: &random) else { break }
            let length = try contents(of: file).count
            try flipBit(of: file, at: Int.random(in: 0..<length, using: &random))
        }
        if seed % 3 == 0, let last = files.last {
            let bytes = try contents(of: last)
            try write(Array(bytes.prefix(bytes.count / 2)), to: last)
        }
        if seed % 4 == 0, files.count > 2 { TemporaryRoot.remove(files[1]) }
        if seed % 2 == 0 {
            _ = try Store.rebuild(temporary.root, options: history.options, disk: .system)
        } else {
            let report = try Store.repair(temporary.root, options: history.options, disk: .system)
            #expect(report.after.isClean, "seed \(seed): \(report.after.findings.map(\.text))")
        }
        let check = try Store.check(temporary.root, options: history.options)
        #expect(check.isClean, "seed \(seed): \(check.findings.map(\.text))")
        let again = try temporary.open(history.options)
        let after = try Inventory(of: again)
        for (name, bytes) in after.blobs where bytes != nil {
            if let known = before.blobs[name] { #expect(known == bytes, "seed \(seed), blob \(name)") }
        }
        #expect(after.blobs.values.allSatisfy { $0 != nil }, "seed \(seed)")
        if seed % 2 == 1 {
            for (name, value) in after.records { #expect(before.records[name] == value, "seed \(seed), \(name)") }
        }
    }
}
