import Chunking
import TestSupport

@testable import ChunkStore

extension ModelRun {
    func passTime() {
        let most = chance(8) ? 3 * plan.promisedLease : plan.promisedLease / 3
        clock.pass(UInt64.random(in: 0...most, using: &random))
    }

    /// Deletes a blob without waiting for its lease to end; one that a record refers to stays.
    func deleteBlob() throws {
        let (project, sample) = (projectNumber(), samples.any(&random))
        let name = World.BlobName(project: project, digest: sample.digest)
        note("delete blob \(sample.digest.short) of \(project)")
        let expected: BlobDeletion =
            !has(project, sample.digest) ? .absent : world.referredBlobs.contains(name) ? .inUse : .deleted
        let outcome = try store.deleteBlob(sample.digest, in: projects[project])
        try demand(outcome == expected, "deletion of blob \(sample.digest.short) came to \(outcome), not \(expected)")
        if outcome == .deleted { world.blobs.remove(name) }
    }

    func collect() throws {
        let policy = try policy()
        var stepsLeft = chance(6) ? Int.random(in: 0...20, using: &random) : Int.max
        note("collect, steps left: \(stepsLeft), policy: \(policy)")
        let report = try store.collect(
            policy,
            shouldStop: {
                stepsLeft -= 1
                return stepsLeft < 0
            })
        note("\(report)")
        try settleRecords(policy)
        try settleBlobs(isComplete: stepsLeft >= 0)
        if chance(4) { try checkCounts() }
    }

    private func policy() throws -> CollectionPolicy {
        var policy = CollectionPolicy()
        policy.liveShareMinimum = [0.5, 0.9, 1.1][Int.random(in: 0..<3, using: &random)]
        let statistics = try store.statistics()
        switch Int.random(in: 0..<6, using: &random) {
        case 0: policy.ageMaximum = UInt64.random(in: 50...400, using: &random)
        case 1: policy.projectBytesMaximum = UInt64.random(in: 0...statistics.uniqueBytes, using: &random)
        case 2: policy.storeBytesMaximum = UInt64.random(in: 0...statistics.storedBytes, using: &random)
        case 3: policy.projectBytesMaxima = ["bank": 100_000]
        default: break
        }
        if chance(4) { policy.isEvictable = { table, _ in table == .step || table == .manifest } }
        return policy
    }

    private var mayEvict: (CollectionPolicy) -> Bool {
        { policy in
            policy.ageMaximum != nil || policy.projectBytesMaximum != nil || policy.storeBytesMaximum != nil
                || !policy.projectBytesMaxima.isEmpty
        }
    }

    /// Takes over which records were evicted, if they could be.
    private func settleRecords(_ policy: CollectionPolicy) throws {
        var gone: [World.RecordName: World.Record] = [:]
        for (name, record) in world.records where try !isThere(name) {
            gone[name] = record
            try demand(mayEvict(policy), "record \(name) was evicted without need")
            try demand(policy.isEvictable(name.table, name.key), "record \(name) was evicted, which may not be")
            try demand(
                clock.now >= record.used + plan.promisedLease,
                "record \(name), used \(clock.now - record.used) s ago, was evicted")
        }
        for name in gone.keys { world.records[name] = nil }
        let referred = world.referredRecords
        for name in gone.keys {
            try demand(!referred.contains(name), "record \(name), which another refers to, was evicted")
        }
    }

    /// Takes over which blobs were collected, if they could be.
    /// - Parameter isComplete: whether everything was to be collected that could be.
    private func settleBlobs(isComplete: Bool) throws {
        let referred = world.referredBlobs
        // An upload that goes on holds what was asked for since it began.
        let holdsMore = upload != nil || clock.now < uploadEnded + plan.promisedLease
        for name in world.blobs.sorted(by: { ($0.project, $0.digest) < ($1.project, $1.digest) }) {
            let touched = world.touched[name] ?? 0
            if try isThere(name) {
                guard isComplete, !holdsMore, !referred.contains(name) else { continue }
                let isHeld =
                    clock.now < touched + 2 * plan.promisedLease || clock.now < world.opened + plan.promisedLease
                try demand(isHeld, "blob \(name.digest.short) of \(name.project), which nothing needs, is still there")
                continue
            }
            try demand(!referred.contains(name), "blob \(name.digest.short), which a record refers to, was collected")
            try demand(
                clock.now >= touched + plan.promisedLease && clock.now >= world.opened + plan.promisedLease,
                "blob \(name.digest.short), asked for \(clock.now - touched) s ago, was collected")
            world.blobs.remove(name)
        }
    }

    /// Whether the store has the blob, without taking a lease.
    private func isThere(_ name: World.BlobName) throws -> Bool {
        let project = projects[name.project]
        return try store.use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                try transaction.blob(name.digest, in: project)?.record.isPresent == true
            }
        }
    }

    private func isThere(_ name: World.RecordName) throws -> Bool {
        let project = projects[name.project]
        return try store.use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                try transaction.record(name.table, project, name.key) != nil
            }
        }
    }
}
