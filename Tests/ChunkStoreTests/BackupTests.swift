import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// A copy that is made while a store is used can be opened, and has all that was acknowledged before.
@Suite struct BackupTests {
    private let temporary: TemporaryRoot
    private var copy: FilePath { temporary.path.appending("copies").appending("monday") }

    init() throws {
        temporary = try TemporaryRoot()
    }

    @Test(arguments: UInt64(300)..<303)
    func aCopyIsTheStore(seed: UInt64) throws {
        var history = History(seed: seed)
        var store = try temporary.open(history.options)
        try history.run(60, on: &store, in: temporary)
        let before = try Inventory(of: store)
        let report = try store.backup(to: copy)
        #expect(report.files == Int(try store.statistics().chunkFiles))
        store.close()
        let check = try Store.check(copy, options: history.options)
        #expect(check.isClean, "seed \(seed): \(check.findings.map(\.text))")
        let restored = try Store(opening: copy, options: history.options, logger: quiet)
        #expect(try Inventory(of: restored) == before, "seed \(seed)")
        #expect(try restored.store([1, 2, 3], in: try restored.makeProject(named: "new")).size == 3)
    }

    @Test func aCopyIsWholeWhileOthersStoreAndCollect() throws {
        var options = Store.Options()
        options.chunkFileSize = 200_000
        options.leasePeriod = 0
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 400)
        var kept: [[UInt8]] = []
        for number in UInt8(0)..<10 {
            let bytes = randomTar(&random, files: 3, sizeMaximum: 60_000)
            let digest = try store.store(bytes, in: project).digest
            _ = try store.put([number], in: .tag, key: [number], project: project, references: [.blob(digest)])
            kept.append(bytes)
        }
        let isOver = Monitor(false)
        let other = try DedicatedThread {
            var random = SeededGenerator(seed: 401)
            while !isOver.with({ $0 }) {
                _ = try? store.store(random.bytes(150_000), in: project)
                _ = try? store.collect()
            }
        }
        _ = try store.backup(to: copy)
        isOver.with { $0 = true }
        other.join()
        store.close()
        let check = try Store.check(copy, options: options)
        #expect(check.isClean, "\(check.findings.map(\.text))")
        let restored = try Store(opening: copy, options: options, logger: quiet)
        for bytes in kept { #expect(try restored.contents(of: Digest(hashing: bytes), in: project) == bytes) }
    }

    @Test func anUnfinishedCopyIsRefused() throws {
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        try store.store(Array(repeating: 7, count: 100_000), in: project)
        #expect(errorCode { _ = try store.backup(to: copy, shouldStop: { true }) } == .io)
        #expect(errorCode { _ = try Store(opening: copy, logger: quiet) } == .unsupportedFormat)
        // It may as well be a store that has lost the file.
        let refusal = #expect(throws: StoreError.self) { try Store.check(copy) }
        #expect(refusal?.code == .unsupportedFormat)
        #expect(refusal?.description.contains("copy that from any backup of this store") == true)
        #expect(
            errorCode { _ = try Store.rebuild(copy, options: Store.Options(), disk: .system) } == .unsupportedFormat)
    }

    @Test func aCopyNeverGoesWhereSomethingIs() throws {
        let store = try temporary.open()
        #expect(errorCode { _ = try store.backup(to: temporary.root) } == .invalidName)
        // It would be lost with the root, and the root's names are the store's.
        let inside = temporary.root.appending("chunks/../inside")
        #expect(errorCode { _ = try store.backup(to: inside) } == .invalidName)
        #expect(errorCode { _ = try store.backup(to: FilePath(temporary.root.string + "-beside")) } == nil)
        _ = try store.backup(to: copy)
        #expect(errorCode { _ = try store.backup(to: copy) } == .invalidName)
    }
}
