import TestSupport
import Testing

@testable import ChunkStore

/// Blobs that somebody deletes at any moment, not only while nothing else is maintained.
@Suite struct DeletionTests {
    /// A bug that was found: a file could be compacted away between the deletion of a large blob, whose record it had, and the
    /// look at what that claimed. The claims were never given up.
    @Test func aLargeBlobThatIsDeletedWhileItsFileIsCompactedGivesUpItsClaims() throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.chunkFileSize = 50_000
        options.leasePeriod = 0
        options.claimsPerJob = 3
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        let digest = try store.store(randomTar(&random, files: 20, sizeMaximum: 40_000), in: project).digest
        _ = try store.put([1], in: .tag, key: [1], project: project, references: [.blob(digest)])
        try store.store(random.bytes(60_000), in: project)
        var policy = CollectionPolicy()
        policy.liveShareMinimum = 1.1
        var partial: PartialRow?
        var failure: (any Error)?
        _ = try store.collect(policy) {
            guard partial == nil, failure == nil else { return false }
            do {
                partial = try store.use { core throws(StoreError) in
                    let (row, file) = try core.index.read { transaction throws(StoreError) in
                        let row = try transaction.blob(digest, in: project)
                        return (
                            row, try row.flatMap { row throws(StoreError) in try transaction.file(row.record.file) }
                        )
                    }
                    // When the file that its record is in is being emptied.
                    guard let row, let file, file.drained > 0 else { return nil }
                    _ = try store.delete(in: .tag, key: [1], project: project)
                    let now = try core.index.read { transaction throws(StoreError) in
                        try transaction.blob(digest, in: project)
                    }
                    #expect(now?.record == row.record)
                    return try core.beginDeletion(digest, of: project, ifStill: now ?? row, { true })?.partial
                }
            } catch {
                failure = error
            }
            return false
        }
        #expect(failure == nil)
        let begun = try #require(partial)
        try store.use { core throws(StoreError) in try core.release(begun) }
        #expect(try store.check().findings.map(\.text) == [])
        for _ in 0..<2 { _ = try store.collect(policy) }
        #expect(try store.statistics().chunks == 0)
        #expect(try store.check().findings.map(\.text) == [])
    }
}
