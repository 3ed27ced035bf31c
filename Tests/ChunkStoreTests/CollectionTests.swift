import Chunking
import Synchronization
import TestSupport
import Testing

@testable import ChunkStore

/// What is collected, what stays, and in which order things go.
@Suite struct CollectionTests {
    private let temporary: TemporaryRoot
    private let time = Time()
    private var options = Store.Options()

    private final class Time: Sendable {
        let seconds = Mutex<UInt64>(1000)
        func pass(_ count: UInt64) { seconds.withLock { $0 += count } }
    }

    init() throws {
        temporary = try TemporaryRoot()
        options.chunkFileSize = 200_000
        options.leasePeriod = 100
        options.usageInterval = 1
        options.monotonicSeconds = { [time] in time.seconds.withLock { $0 } }
    }

    /// A store whose first period, in which nothing is collected, is over.
    private func open() throws -> (store: Store, project: ProjectID) {
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        time.pass(200)
        return (store, project)
    }

    private func tar(_ seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return randomTar(&random, files: 3, sizeMaximum: 60_000)
    }

    @Test func whatNothingRefersToGoesWhenItsLeaseIsOver() throws {
        let (store, project) = try open()
        let bytes = tar(1)
        let digest = try store.store(bytes, in: project).digest
        #expect(try store.collect().removedBlobs == 0)
        #expect(try store.blob(digest, in: project) != nil)
        time.pass(250)
        let report = try store.collect()
        #expect(report.removedBlobs == 1)
        #expect(report.removedChunks > 0)
        #expect(try store.blob(digest, in: project) == nil)
        let after = try store.statistics()
        #expect(after.uniqueBytes == 0 && after.chunks == 0 && after.logicalBytes == 0 && after.frames == 0)
        #expect(after.projects.first?.uniqueBytes == 0 && after.projects.first?.looseBytes == 0)
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func whatARecordRefersToStays() throws {
        let (store, project) = try open()
        let bytes = tar(2)
        let digest = try store.store(bytes, in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(digest)])
        time.pass(1000)
        #expect(try store.collect().removedBlobs == 0)
        #expect(try store.contents(of: digest, in: project) == bytes)
        #expect(try store.delete(in: .tag, key: [1], project: project))
        time.pass(1000)
        #expect(try store.collect().removedBlobs == 1)
        #expect(try store.blob(digest, in: project) == nil)
    }

    @Test func anUploadThatOutlastsItsLeaseIsKept() throws {
        var options = options
        options.pendingChunksMaximum = 2
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        time.pass(200)
        let (known, bytes) = (tar(20), tar(20) + tar(21))
        try store.store(known, in: project)
        time.pass(250)
        var writer = store.beginBlob(in: project)
        for start in stride(from: 0, to: bytes.count, by: 20_000) {
            unsafe try writer.write(bytes.span.bytes.extracting(start..<min(bytes.count, start + 20_000)))
            time.pass(120)
            _ = try store.collect()
        }
        let digest = try writer.commit(expecting: nil).digest
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func askingKeepsForAnotherLease() throws {
        let (store, project) = try open()
        let digest = try store.store(tar(3), in: project).digest
        for _ in 0..<5 {
            time.pass(90)
            #expect(try store.blob(digest, in: project) != nil)
            #expect(try store.collect().removedBlobs == 0)
        }
    }

    @Test func nothingIsCollectedInTheFirstPeriodAfterAStart() throws {
        let (store, project) = try open()
        let digest = try store.store(tar(4), in: project).digest
        time.pass(500)
        store.close()
        let again = try temporary.open(options)
        time.pass(90)
        #expect(try again.collect().removedBlobs == 0)
        time.pass(20)
        #expect(try again.collect().removedBlobs == 1)
        #expect(try again.blob(digest, in: project) == nil)
    }

    @Test func chunksOfSeveralBlobsGoWithTheLast() throws {
        let (store, project) = try open()
        let (one, two) = (tar(5), tar(5) + [UInt8](repeating: 0, count: 1024))
        let first = try store.store(one, in: project).digest
        let second = try store.store(two, in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(second)])
        time.pass(1000)
        #expect(try store.collect().removedBlobs == 1)
        #expect(try store.blob(first, in: project) == nil)
        #expect(try store.contents(of: second, in: project) == two)
    }

    @Test func projectsThatShareChunksKeepTheirOwn() throws {
        let (store, shop) = try open()
        let bank = try store.makeProject(named: "bank")
        let bytes = tar(6)
        let digest = try store.store(bytes, in: shop).digest
        _ = try store.put([1], in: .tag, key: [1], project: bank)
        try store.share([digest], from: shop, with: bank)
        _ = try store.put([1], in: .tag, key: [1], project: bank, references: [.blob(digest)])
        time.pass(1000)
        #expect(try store.collect().removedBlobs == 1)
        #expect(try store.blob(digest, in: shop) == nil)
        #expect(try store.contents(of: digest, in: bank) == bytes)
    }

    @Test func compactionWinsBackTheDisk() throws {
        let (store, project) = try open()
        var kept: [[UInt8]] = []
        for number in 0..<20 {
            let bytes = tar(100 + UInt64(number))
            let digest = try store.store(bytes, in: project).digest
            guard number % 4 == 0 else { continue }
            kept.append(bytes)
            _ = try store.put([1], in: .tag, key: [UInt8(number)], project: project, references: [.blob(digest)])
        }
        let before = try store.statistics()
        time.pass(1000)
        let report = try store.collect()
        #expect(report.removedBlobs == 15)
        #expect(report.removedFiles > 3)
        let after = try store.statistics()
        #expect(after.storedBytes - after.indexBytes < (before.storedBytes - before.indexBytes) / 2)
        #expect(try temporary.chunkFiles().count == Int(after.chunkFiles))
        for bytes in kept { #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes) }
        store.close()
        let again = try temporary.open(options)
        for bytes in kept { #expect(try again.contents(of: Digest(hashing: bytes), in: project) == bytes) }
        for number in stride(from: UInt8(0), to: 20, by: 4) {
            #expect(try again.record(in: .tag, key: [number], project: project) == [1])
        }
    }

    @Test func aReaderGoesOnWhileItsFilesAreCompacted() throws {
        let (store, project) = try open()
        let bytes = tar(7) + tar(8) + tar(9)
        let digest = try store.store(bytes, in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(digest)])
        let other = try store.store(tar(10), in: project).digest
        time.pass(1000)
        guard var reader = try store.read(digest, in: project) else {
            Issue.record("the blob is not there")
            return
        }
        var read: [UInt8] = []
        _ = try reader.read(into: &read, maximum: 1000)
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 1.1
        let report = try store.collect(policy)
        #expect(report.removedFiles > 0)
        while try reader.read(into: &read, maximum: 50_000) > 0 {}
        #expect(read == bytes)
        #expect(try store.blob(other, in: project) == nil)
    }

    @Test func leastRecentlyUsedStepsGoFirstAndAncestorsLast() throws {
        let (store, project) = try open()
        var layers: [Digest] = []
        for number in UInt8(0)..<6 {
            layers.append(try store.store(tar(200 + UInt64(number)), in: project).digest)
            _ = try store.put(
                [number], in: .step, key: [number], project: project, references: layers.map(Reference.blob))
            time.pass(10)
        }
        // A hit uses the whole chain of its step.
        for number in UInt8(0)..<3 { try store.touch(.step, key: [number], project: project) }
        time.pass(1000)
        var policy = CollectionPolicy()
        policy.projectBytesMaximum = try store.statistics().uniqueBytes / 2
        _ = try store.collect(policy)
        let left = try store.keys(in: .step, prefix: [], limit: 10, project: project).map { $0[0] }
        #expect(left == Array(0..<UInt8(left.count)))
        #expect((2...4).contains(left.count))
        #expect(try store.statistics().uniqueBytes <= policy.projectBytesMaximum ?? 0)
        for number in left { #expect(try store.blob(layers[Int(number)], in: project) != nil) }
    }

    @Test func tagsAndWhatTheyNameAreNotEvicted() throws {
        let (store, project) = try open()
        let bytes = tar(11)
        let digest = try store.store(bytes, in: project).digest
        _ = try store.put([1], in: .manifest, key: [1], project: project, references: [.blob(digest)])
        _ = try store.put([1], in: .manifest, key: [2], project: project, references: [.blob(digest)])
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.record(.manifest, [1])])
        time.pass(1000)
        var policy = CollectionPolicy()
        policy.storeBytesMaximum = 1
        #expect(try store.collect(policy).evictedRecords == 1)
        #expect(try store.keys(in: .manifest, prefix: [], limit: 9, project: project) == [[1]])
        #expect(try store.contents(of: digest, in: project) == bytes)
        policy.isEvictable = { _, _ in true }
        #expect(try store.collect(policy).evictedRecords == 2)
        time.pass(1000)
        _ = try store.collect(policy)
        #expect(try store.blob(digest, in: project) == nil)
    }

    @Test func evictionStopsAlthoughLeasesStillHoldWhatItGaveUp() throws {
        var options = options
        options.leasePeriod = 10_000
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        for number in UInt8(0)..<8 {
            let layer = try store.store(tar(300 + UInt64(number)), in: project).digest
            _ = try store.put([number], in: .step, key: [number], project: project, references: [.blob(layer)])
        }
        time.pass(10_001)
        for number in UInt8(0)..<8 {
            _ = try store.blob(Digest(hashing: tar(300 + UInt64(number))), in: project)
        }
        var policy = CollectionPolicy()
        policy.projectBytesMaximum = try store.statistics().uniqueBytes * 3 / 4
        for _ in 0..<3 { _ = try store.collect(policy) }
        #expect((4...7).contains(try store.keys(in: .step, prefix: [], limit: 10, project: project).count))
    }

    @Test func aReaderFindsWhatWasMovedOutOfAFileThatIsGone() throws {
        let (store, project) = try open()
        // More than the cache of frames holds, and more than one window of places.
        var random = SeededGenerator(seed: 12)
        let bytes = random.bytes(24 << 20)
        let digest = try store.store(bytes, in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(digest)])
        time.pass(1000)
        guard var reader = try store.read(digest, in: project) else {
            Issue.record("the blob is not there")
            return
        }
        var read: [UInt8] = []
        _ = try reader.read(into: &read, maximum: 1000)
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 1.1
        #expect(try store.collect(policy).removedFiles > 20)
        while try reader.read(into: &read, maximum: 1 << 20) > 0 {}
        #expect(read == bytes)
        #expect(try store.blob(digest, in: project) != nil)
    }

    @Test func aDamagedManifestThatIsPushedAgainIsStillReferredTo() throws {
        let (store, project) = try open()
        _ = try store.put([1], in: .manifest, key: [1], project: project)
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.record(.manifest, [1])])
        let row = try #require(
            try store.use { core throws(StoreError) in
                try core.index.read { transaction throws(StoreError) in try transaction.record(.manifest, project, [1])
                }
            })
        try store.use { core in core.forget(.manifest, project, [1], ifStill: row) }
        #expect(try store.record(in: .manifest, key: [1], project: project) == nil)
        #expect(try store.keys(in: .manifest, prefix: [], limit: 9, project: project).isEmpty)
        _ = try store.put([2], in: .manifest, key: [1], project: project)
        time.pass(1000)
        var policy = CollectionPolicy()
        policy.storeBytesMaximum = 1
        #expect(try store.collect(policy).evictedRecords == 0)
        #expect(try store.record(in: .manifest, key: [1], project: project) == [2])
    }

    @Test func aManifestThatIsDeletedAndPushedAgainIsStillReferredTo() throws {
        let (store, project) = try open()
        _ = try store.put([1], in: .manifest, key: [1], project: project)
        _ = try store.put([9], in: .manifest, key: [9], project: project, references: [.record(.manifest, [1])])
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.record(.manifest, [9])])
        #expect(try store.delete(in: .manifest, key: [1], project: project))
        #expect(try store.record(in: .manifest, key: [1], project: project) == nil)
        #expect(try store.check().findings.map(\.text) == [])
        _ = try store.put([2], in: .manifest, key: [1], project: project)
        time.pass(1000)
        var policy = CollectionPolicy()
        policy.storeBytesMaximum = 1
        #expect(try store.collect(policy).evictedRecords == 0)
        #expect(try store.check().findings.map(\.text) == [])
        // With the last that refers to it goes the memory of one that is not there.
        #expect(try store.delete(in: .manifest, key: [1], project: project))
        #expect(try store.delete(in: .tag, key: [1], project: project))
        #expect(try store.delete(in: .manifest, key: [9], project: project))
        #expect(try store.check().findings.map(\.text) == [])
    }

    @Test func whatIsReplacedOftenDoesNotListFilesThatAreGone() throws {
        let (store, project) = try open()
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 1.1
        for number in UInt8(0)..<12 {
            _ = try store.put([number], in: .tag, key: [1], project: project)
            try store.store(tar(400 + UInt64(number)), in: project)
            time.pass(1000)
            _ = try store.collect(policy)
        }
        let opened = try store.use { core throws(StoreError) in try core.openRecord(.tag, [1], in: project) }
        #expect(try #require(opened?.record).older.numbers.count <= 3)
    }

    @Test func oldRecordsGoByAge() throws {
        let (store, project) = try open()
        _ = try store.put([1], in: .step, key: [1], project: project)
        time.pass(500)
        _ = try store.put([1], in: .step, key: [2], project: project)
        time.pass(600)
        var policy = CollectionPolicy()
        policy.ageMaximum = 1000
        #expect(try store.collect(policy).evictedRecords == 1)
        #expect(try store.keys(in: .step, prefix: [], limit: 9, project: project) == [[2]])
    }

    /// A bug that was found: in the first minutes of a store's life, and by the rounding of times of use later, records
    /// were evicted that had just been written.
    @Test func whatWasJustWrittenIsNotEvicted() throws {
        var options = options
        options.usageInterval = 60
        options.leasePeriod = 100
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var policy = CollectionPolicy()
        policy.storeBytesMaximum = 1
        for number in UInt8(0)..<10 {
            _ = try store.put([1], in: .step, key: [number], project: project)
            time.pass(99)
            _ = try store.collect(policy)
            #expect(try store.record(in: .step, key: [number], project: project) == [1], "record \(number)")
            time.pass(7)
        }
        time.pass(160)
        #expect(try store.collect(policy).evictedRecords > 0)
    }
}
