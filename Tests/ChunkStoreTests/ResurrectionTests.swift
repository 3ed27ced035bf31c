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

    /// A record that is deleted between the copying of its file and the repointing of its row: the copy has a name, and the
    /// tombstone does not know the file that the copy is in.
    @Test func aRecordThatIsDeletedWhileCompactionCopiesIt() throws {
        _ = try store.put([0], in: .tag, key: [0], project: project)
        try rotate(seed: 30)
        // Much that stays, in the file that the copy comes to lie in.
        for number in UInt8(1)..<120 {
            _ = try store.put(Array(repeating: number, count: 300), in: .tag, key: [number], project: project)
        }
        let first = try #require(try place(of: [0]))
        let copied = try #require(try place(of: [119]))
        let move = try copy([0])
        #expect(move.new.file == copied && move.old.file == first && copied != first)
        // The tombstone is in another file than the copy.
        try rotate(seed: 31)
        #expect(try store.delete(in: .tag, key: [0], project: project))
        try store.use { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in try batch.apply([move]) }
        }
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 0.3
        for seed in UInt64(32)..<40 where try tombstones() > 0 {
            try rotate(seed: seed)
            _ = try store.collect(policy)
        }
        #expect(try tombstones() == 0 && !isThere(first) && isThere(copied))
        let again = try rebuild()
        #expect(try again.record(in: .tag, key: [0], project: project) == nil)
        #expect(try again.record(in: .tag, key: [119], project: project) != nil)
    }

    /// Copies a record into the newest file, as compaction does before it asks the writer to repoint the row.
    private func copy(_ key: [UInt8]) throws -> MoveBatch.Move {
        let move = try store.use { core throws(StoreError) -> MoveBatch.Move? in
            let row = try core.index.read { transaction throws(StoreError) in
                try transaction.record(.tag, project, key)
            }
            guard let row, let record = try core.reader.record(at: row.location, .record) else { return nil }
            let copy = try core.appender.append(copyOf: record)
            return MoveBatch.Move(
                subject: .record(.tag, key, project), sequence: record.header.sequence, old: row.location,
                new: copy.location, pin: copy.pin)
        }
        return try #require(move)
    }

    /// A record that is damaged when it is deleted does not say which files have older versions of it.
    @Test func anOlderVersionOfARecordThatCannotBeReadWhenItIsDeleted() throws {
        _ = try store.put([1], in: .tag, key: [0], project: project)
        let first = try #require(try place(of: [0]))
        try fillAndRotate(seed: 40)
        _ = try store.put([2], in: .tag, key: [0], project: project)
        let damaged = try #require(
            try location { transaction throws(StoreError) in try transaction.record(.tag, project, [0])?.location })
        try rotate(seed: 41)
        try flipBit(in: damaged)
        #expect(try store.delete(in: .tag, key: [0], project: project))
        try compact(until: damaged.file, but: first)
        let again = try rebuild()
        #expect(try again.record(in: .tag, key: [0], project: project) == nil)
        #expect(try again.record(in: .tag, key: [119], project: project) != nil)
    }

    /// The same with a blob, which got a second record when its chunk was damaged and pushed again.
    @Test func anOlderVersionOfABlobThatCannotBeReadWhenItIsCollected() throws {
        var random = SeededGenerator(seed: 50)
        let bytes = random.bytes(3000)
        let (digest, recipe) = (Digest(hashing: bytes), split(bytes).result.recipe)
        try store.upload(try frames([bytes]), to: project)
        try rotate(seed: 51)
        _ = try store.commitBlob(recipe, in: project)
        let first = try #require(try location(of: digest)).file
        try fillAndRotate(seed: 52)
        try flipBit(
            in: try #require(try location { transaction throws(StoreError) in try transaction.chunk(digest)?.frame }))
        try store.use { core in core.frames.removeAll() }
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .missingContent)
        try store.store(bytes, in: project)
        let damaged = try #require(try location(of: digest))
        #expect(damaged.file != first)
        try rotate(seed: 53)
        try flipBit(in: damaged)
        try compact(until: damaged.file, but: first)
        #expect(try rebuild().blob(digest, in: project) == nil)
    }

    /// Puts much that stays into the file that is appended to, and begins another.
    private func fillAndRotate(seed: UInt64) throws {
        for number in UInt8(1)..<120 {
            _ = try store.put(Array(repeating: number, count: 300), in: .tag, key: [number], project: project)
        }
        try rotate(seed: seed)
    }

    private func location(
        _ find: (borrowing Transaction) throws(StoreError) -> Location?
    ) throws -> Location? {
        try store.use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try find(transaction) }
        }
    }

    private func location(of blob: Digest) throws -> Location? {
        try location { transaction throws(StoreError) in try transaction.blob(blob, in: project)?.record }
    }

    private func flipBit(in record: Location) throws {
        let path = temporary.chunks.appending(ChunkFileHeader.name(record.file))
        try ChunkStoreTests.flipBit(of: path, at: Int(record.offset) + RecordHeader.byteCount + 1)
    }

    /// Compacts all files that are mostly waste, again and again, until the one with damage is long gone.
    private func compact(until damaged: UInt32, but first: UInt32) throws {
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 0.3
        for seed in UInt64(60)..<66 {
            try rotate(seed: seed)
            _ = try store.collect(policy)
        }
        #expect(isThere(first) && !isThere(damaged))
    }
}
