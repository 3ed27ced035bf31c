import Chunking
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Ways in which compaction once let a rebuilt index differ from the one before.
@Suite struct ResurrectionTests {
    private let temporary: TemporaryRoot
    private var options = Store.Options()
    private let project: ProjectID
    private let store: Store

    init() throws {
        temporary = try TemporaryRoot()
        options.chunkFileSize = 50_000
        options.leasePeriod = 0
        store = try temporary.open(options)
        project = try store.makeProject(named: "shop")
    }

    /// Begins a new chunk file.
    private func rotate(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        try store.store(random.bytes(60_000), in: project)
    }

    private func place(of key: [UInt8]) throws -> UInt32? {
        try store.use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                try transaction.record(.tag, project, key)?.location.file
            }
        }
    }

    private func isThere(_ file: UInt32) -> Bool {
        RootLayout.exists(temporary.chunks.appending(ChunkFileHeader.name(file)))
    }

    /// How many tombstones of tags the chunk files have.
    private func tombstones() throws -> Int {
        let reader = RecordReader(in: temporary.chunks, salt: try temporary.salt, disk: .system, logger: quiet)
        var count = 0
        for path in try temporary.chunkFiles() {
            guard let number = path.lastComponent.flatMap(ChunkFileHeader.number(named:)),
                var walk = try reader.walk(of: number, end: .max)
            else { continue }
            while let step = try reader.next(&walk, in: number) {
                guard let record = step.record, record.header.kind == .tombstone else { continue }
                let tombstone = try record.withBody { body throws(ChunkingError) in try Tombstone(decoding: body) }
                if case .record(.tag, _) = tombstone.subject { count += 1 }
            }
        }
        return count
    }

    private func rebuild() throws -> Store {
        store.close()
        let report = try Store.rebuild(temporary.root, options: options, disk: .system)
        #expect(report.losses.isEmpty && report.damage.isClean)
        let check = try Store.check(temporary.root, options: options)
        #expect(check.isClean, "\(check.findings.map(\.text))")
        return try temporary.open(options)
    }

    private var everything: CollectionPolicy {
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 1.1
        return policy
    }

    @Test func aDeletedRecordOfAFileThatWasHalfEmptied() throws {
        // Much that stays, so that the file itself would not be the first to be compacted.
        for number in UInt8(0)..<120 {
            _ = try store.put(Array(repeating: number, count: 300), in: .tag, key: [number], project: project)
        }
        try rotate(seed: 1)
        let first = try #require(try place(of: [0]))
        _ = try store.collect(everything) { (try? place(of: [0])) != first }
        #expect(try place(of: [0]) != first && place(of: [119]) == first)
        for number in UInt8(0)..<60 { #expect(try store.delete(in: .tag, key: [number], project: project)) }
        for seed in UInt64(2)..<10 where isThere(first) {
            try rotate(seed: seed)
            _ = try store.collect(everything) { !isThere(first) || (try? tombstones()) == 0 }
            if try tombstones() == 0 { break }
        }
        let again = try rebuild()
        for number in UInt8(0)..<120 {
            let record = try again.record(in: .tag, key: [number], project: project)
            #expect((record != nil) == (number >= 60), "\(number)")
        }
    }

    @Test func aDeletionThatWasNeverAcknowledged() throws {
        for number in UInt8(0)..<100 {
            _ = try store.put(Array(repeating: number, count: 300), in: .tag, key: [number], project: project)
        }
        let first = try #require(try place(of: [0]))
        try rotate(seed: 10)
        // A deletion whose transaction fails after its tombstone was written.
        let failed = errorCode {
            try store.use { core throws(StoreError) in
                try core.writer.perform { batch throws(StoreError) in
                    let tombstone = Tombstone(.record(.tag, [0]), older: OlderFiles([first]))
                    _ = try batch.append(.tombstone, project: project) { tombstone.encode(into: &$0) }
                    throw StoreError(.io, "planned")
                }
            }
        }
        #expect(failed == .io)
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 0.3
        for seed in UInt64(11)..<16 {
            try rotate(seed: seed)
            _ = try store.collect(policy)
        }
        #expect(isThere(first))
        #expect(try rebuild().record(in: .tag, key: [0], project: project) != nil)
    }

    @Test func copiesThatAKillLeftBehind() throws {
        for number in UInt8(0)..<120 {
            _ = try store.put(Array(repeating: number, count: 300), in: .tag, key: [number], project: project)
        }
        try rotate(seed: 20)
        let first = try #require(try place(of: [0]))
        _ = try store.collect(everything) { (try? place(of: [0])) != first }
        // As a kill between copying and repointing leaves it: a copy of a record that no row knows of.
        let old = try #require(
            try store.use { core throws(StoreError) in
                let row = try core.index.read { transaction throws(StoreError) in
                    try transaction.record(.tag, project, [119])
                }
                guard let row, let record = try core.reader.record(at: row.location, .record) else { return nil }
                return try core.appender.append(copyOf: record).location.file
            } as UInt32?)
        _ = try store.put([1], in: .alias, key: [1], project: project)
        store.close()
        let next = try temporary.open(options)
        var random = SeededGenerator(seed: 21)
        for _ in 0..<4 where isThere(first) {
            try next.store(random.bytes(60_000), in: project)
            _ = try next.collect(everything) { !isThere(first) }
        }
        #expect(try next.delete(in: .tag, key: [119], project: project))
        for _ in 0..<8 where isThere(old) {
            try next.store(random.bytes(60_000), in: project)
            _ = try next.collect(everything) { !isThere(old) || (try? tombstones()) == 0 }
            if try tombstones() == 0 { break }
        }
        next.close()
        let again = try rebuild()
        #expect(try again.record(in: .tag, key: [119], project: project) == nil)
        #expect(try again.record(in: .tag, key: [118], project: project) != nil)
    }
}
