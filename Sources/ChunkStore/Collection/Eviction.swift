internal import Chunking

/// Deletes small records that were not used for the longest time, until what is left fits.
struct Eviction {
    private static let batchCount = 64
    private static let scannedMaximum = 100_000
    /// Eviction goes on until so much of the limit is used, so that it does not begin again at once.
    private static let target = 0.95

    let core: Core
    let policy: CollectionPolicy
    let shouldStop: () -> Bool

    /// Evicts by age, then by the quotas of projects, then by that of the store.
    func run(_ report: inout CollectionReport) throws(StoreError) {
        try flushUse()
        let projects = try core.index.read { transaction throws(StoreError) in try transaction.projects() }
        for (name, project) in projects {
            try evictOld(project, &report)
            guard let maximum = policy.projectBytesMaxima[name] ?? policy.projectBytesMaximum else { continue }
            try evict(&report, maximum: maximum, from: { [project] }) { () throws(StoreError) in try size(of: project) }
        }
        if let maximum = try storeMaximum() {
            try evict(&report, maximum: maximum, from: { projects.map(\.id) }, size: storeSize)
        }
    }

    /// The store's quota, or less when the disk is nearly full: collection begins before content must be refused.
    private func storeMaximum() throws(StoreError) -> UInt64? {
        guard let free = try? core.disk.freeBytes(core.directory), free < 2 * core.reserve else {
            return policy.storeBytesMaximum
        }
        let size = try storeSize()
        let fitting = size - min(size, 2 * core.reserve - free)
        return min(policy.storeBytesMaximum ?? fitting, fitting)
    }

    /// Writes down what was used lately.
    func flushUse() throws(StoreError) {
        var items = core.recentUse.take()[...]
        while !items.isEmpty {
            let part = Array(items.prefix(256))
            items = items.dropFirst(256)
            try core.writer.perform(weight: 2 * part.count) { batch throws(StoreError) in
                for item in part { try batch.touch(item.table, item.project, item.key) }
            }
        }
    }

    private func evictOld(_ project: ProjectID, _ report: inout CollectionReport) throws(StoreError) {
        guard let age = policy.ageMaximum, core.clock.now > age else { return }
        let limit = core.clock.now - age
        while !shouldStop() {
            let candidates = try candidates(of: project).filter { UInt64($0.used) < limit }
            guard try delete(candidates, &report, atMost: .max) > 0 else { return }
        }
    }

    private func evict(
        _ report: inout CollectionReport, maximum: UInt64, from projects: () -> [ProjectID],
        size: () throws(StoreError) -> UInt64
    ) throws(StoreError) {
        guard try size() > maximum else { return }
        let wanted = UInt64(Double(maximum) * Self.target)
        // What leases still hold is as good as gone: without counting it, all else would be evicted meanwhile.
        while !shouldStop() {
            let now = try size()
            guard now > wanted else { return }
            var oldest: [UsageKey] = []
            for project in projects() { oldest += try candidates(of: project) }
            oldest.sort { ($0.used, $1.depth) < ($1.used, $0.depth) }
            guard try delete(Array(oldest.prefix(Self.batchCount)), &report, atMost: now - wanted) > 0 else { return }
            try Sweep(core: core, shouldStop: shouldStop).run(&report)
        }
    }

    /// What a record's time of last use may be at most for it to go; `nil` when none may. Times of use are rounded down.
    private var newestEvictable: UInt64? {
        let (now, lease) = (core.clock.now, core.options.leasePeriod)
        guard lease > 0 else { return .max }
        let held = lease + core.options.usageInterval
        return now >= held ? now - held : nil
    }

    /// The records of a project that may go, those to go first first.
    private func candidates(of project: ProjectID) throws(StoreError) -> [UsageKey] {
        // What was written or used within a lease period stays, so that images can be pushed piece by piece.
        guard let newest = newestEvictable else { return [] }
        let prefix = RowKey.number(project.number)
        return try core.index.read { transaction throws(StoreError) in
            var scanned: [UsageKey] = []
            var found: [UsageKey] = []
            try transaction.scan(transaction.databases.usage, from: prefix) { bytes, _ in
                guard let key = UsageKey(bytes), key.project == project, UInt64(key.used) <= newest else {
                    return false
                }
                if policy.isEvictable(key.table, key.key) { scanned.append(key) }
                return scanned.count < Self.scannedMaximum
            }
            for key in scanned where found.count < Self.batchCount {
                guard let row = try transaction.record(key.table, project, key.key), row.references == 0 else {
                    continue
                }
                found.append(key)
            }
            return found
        }
    }

    /// Deletes records until what only they referred to has at least `wanted` bytes. How many were deleted.
    private func delete(
        _ keys: [UsageKey], _ report: inout CollectionReport, atMost wanted: UInt64
    ) throws(StoreError) -> Int {
        var count = 0
        var leaving: UInt64 = 0
        for key in keys where leaving < wanted {
            if shouldStop() { break }
            guard let opened = try core.openRecord(key.table, key.key, in: key.project) else { continue }
            // It may have been used since; then it stays.
            guard opened.row.used == key.used, opened.row.references == 0 else { continue }
            let isDeleted = try core.writer.perform { batch throws(StoreError) in
                guard let row = try batch.transaction.record(key.table, key.project, key.key), row == opened.row else {
                    return false
                }
                return try batch.delete(opened, key.table, key.key, in: key.project)
            }
            guard isDeleted else { continue }
            policy.didEvict(key.table, key.key, opened.record?.value, key.project)
            count += 1
            leaving += try bytesLeft(by: opened.record, of: key.project)
        }
        report.evictedRecords += count
        return count
    }

    /// Bytes of the blobs that nothing refers to now that `record` is gone.
    private func bytesLeft(by record: SmallRecord?, of project: ProjectID) throws(StoreError) -> UInt64 {
        try core.index.read { transaction throws(StoreError) in
            var bytes: UInt64 = 0
            for case .blob(let digest) in record?.references ?? [] {
                if let row = try transaction.blob(digest, in: project), row.references == 0 { bytes += row.size }
            }
            return bytes
        }
    }

    private func size(of project: ProjectID) throws(StoreError) -> UInt64 {
        let (counters, leaving) = try core.index.read { transaction throws(StoreError) in
            (try transaction.projectCounters(project), try transaction.looseBlobBytes(of: project))
        }
        let size = counters.claimedBytes + counters.heldBytes
        return size - min(size, leaving)
    }

    /// What the store would have on disk if all that is loose were gone and all files were compacted.
    private func storeSize() throws(StoreError) -> UInt64 {
        let (counters, claimed, loose) = try core.index.read { transaction throws(StoreError) in
            var (claimed, loose) = (UInt64(0), UInt64(0))
            for (_, project) in try transaction.projects() {
                let counters = try transaction.projectCounters(project)
                let leaving = min(counters.claimedBytes, try transaction.looseBlobBytes(of: project))
                claimed += counters.claimedBytes + counters.heldBytes - leaving
                loose += counters.looseBytes + leaving
            }
            return (try transaction.counters(), claimed, loose)
        }
        let share = claimed + loose == 0 ? 1 : Double(claimed) / Double(claimed + loose)
        return UInt64(Double(counters.liveBytes) * share) + core.index.environment.byteCount
    }
}

extension Transaction {
    /// Bytes of the blobs of a project that nothing refers to: at least what will go with them.
    fileprivate func looseBlobBytes(of project: ProjectID) throws(StoreError) -> UInt64 {
        var blobs: [Digest] = []
        try scan(databases.loose, from: RowKey.number(project.number)) { key, _ in
            guard let key = LooseKey(key), key.project == project, key.kind == .blob else { return false }
            blobs.append(key.digest)
            return true
        }
        var bytes: UInt64 = 0
        for digest in blobs { bytes += try blob(digest, in: project)?.size ?? 0 }
        return bytes
    }
}
