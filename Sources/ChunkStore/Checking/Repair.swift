internal import Chunking

/// Gives up what is damaged, sets right what is counted wrongly, and writes down in the chunk files what must not come back.
/// For a store that nobody else uses.
struct Repair {
    private static let rowsPerJob = 256

    let core: Core
    let layout: RootLayout
    let options: Store.Options
    let describe: RecordDescriber
    let progress: (CheckProgress) -> Void

    func run() throws(StoreError) -> RepairReport {
        var report = RepairReport()
        let isClean = try layout.withScratch(options) { scratch throws(StoreError) in
            let check = try check(scratch)
            report.before = try core.index.read { transaction throws(StoreError) in try check.run(transaction) }
            if report.before.isClean { return true }
            try giveUp(check, &report)
            return false
        }
        if isClean {
            report.after = report.before
            return report
        }
        try layout.withScratch(options) { scratch throws(StoreError) in try recount(scratch, &report) }
        try layout.withScratch(options) { scratch throws(StoreError) in
            let check = try check(scratch)
            report.after = try core.index.read { transaction throws(StoreError) in try check.run(transaction) }
        }
        return report
    }

    private func check(_ scratch: Scratch) throws(StoreError) -> Check {
        try Check(
            chunks: layout.chunks, salt: core.format.salt, disk: layout.disk, scratch: scratch, progress: progress)
    }

    private func giveUp(_ check: Check, _ report: inout RepairReport) throws(StoreError) {
        let catalogue = check.catalogue
        try loseChunks(catalogue, &report)
        try loseBlobs(catalogue, &report)
        try loseRecords(catalogue, &report)
        try voidStale(catalogue, &report)
        for number in check.damagedFiles.sorted() {
            var collected = CollectionReport()
            try Compaction(core: core, policy: CollectionPolicy(), shouldStop: { false }).salvage(number, &collected)
            report.salvagedFiles += 1
        }
    }

    private func loseChunks(_ catalogue: Catalogue, _ report: inout RepairReport) throws(StoreError) {
        var count = 0
        try forEachPart(of: catalogue.lostChunks, catalogue) { rows throws(StoreError) in
            count += rows.count
            try core.writer.perform(weight: rows.count) { batch throws(StoreError) in
                for (key, value) in rows {
                    guard let id = unsafe Digest(rawBytes: key.span.bytes),
                        let place = unsafe Location(value.span.bytes)
                    else { continue }
                    try batch.loseChunk(id, in: place)
                }
            }
        }
        report.losses.chunks += count
        if count > 0 { core.frames.removeAll() }
    }

    private func loseBlobs(_ catalogue: Catalogue, _ report: inout RepairReport) throws(StoreError) {
        let names = try projectNames()
        try catalogue.scratch.forEach(catalogue.lostBlobs) { key, _ throws(StoreError) in
            guard let digest = unsafe Digest(rawBytes: key.span.bytes, at: 4) else { return }
            let project = RowKey.project(of: key)
            let row = try core.index.read { transaction throws(StoreError) in
                try transaction.blob(digest, in: project)
            }
            guard let row else { return }
            _ = try core.deleteBlob(digest, of: project, ifStill: row) { true }
            report.losses.addBlob("blob \(digest) of project '\(names[project] ?? "\(project.number)")'")
        }
    }

    /// Deletes records that cannot be read, then those that refer to what is not there, until none does.
    private func loseRecords(_ catalogue: Catalogue, _ report: inout RepairReport) throws(StoreError) {
        let names = try projectNames()
        func lose(_ key: [UInt8], _ opened: OpenedRecord, _ report: inout RepairReport) throws(StoreError) {
            guard let name = RowKey.recordName(key) else { return }
            _ = try core.writer.perform { batch throws(StoreError) in
                try batch.delete(opened, name.table, name.key, in: name.project)
            }
            report.losses.addRecord(
                describe(name.table, name.key, opened.record?.value, names[name.project] ?? "\(name.project.number)"))
        }
        try catalogue.scratch.forEach(catalogue.lostRecords) { key, _ throws(StoreError) in
            guard let name = RowKey.recordName(key) else { return }
            guard let opened = try core.openRecord(name.table, name.key, in: name.project) else {
                try dropLost(key)
                return
            }
            try lose(key, opened, &report)
            try dropLost(key)
        }
        var hasLost = true
        while hasLost {
            hasLost = false
            try forEachRecordKey { key throws(StoreError) in
                guard let name = RowKey.recordName(key),
                    let opened = try core.openRecord(name.table, name.key, in: name.project),
                    let record = opened.record, try !core.hasAll(record.references, of: name.project)
                else { return }
                try lose(key, opened, &report)
                hasLost = true
            }
        }
    }

    /// Deletes the row of a record that is kept only for those who refer to it: they go too.
    private func dropLost(_ key: [UInt8]) throws(StoreError) {
        try core.writer.perform { batch throws(StoreError) in
            guard let name = RowKey.recordName(key),
                let row = try batch.transaction.recordOrLost(name.table, name.project, name.key),
                !row.location.isPresent
            else { return }
            _ = try batch.transaction.delete(batch.transaction.databases.records, key)
        }
    }

    /// Writes down that records do not count which the index knows nothing of.
    private func voidStale(_ catalogue: Catalogue, _ report: inout RepairReport) throws(StoreError) {
        try forEachPart(of: catalogue.stale, catalogue) { rows throws(StoreError) in
            let items = rows.compactMap { row in
                VersionKey(row.key, row.value).map {
                    VoidRecord.Item(sequence: $0.sequence, file: $0.location.file)
                }
            }
            report.voidedRecords += items.count
            try core.writer.perform { batch throws(StoreError) in
                batch.didRefer(to: try batch.append(.void, project: nil) { VoidRecord(items).encode(into: &$0) })
            }
        }
    }
}

extension Repair {
    /// Sets right what is counted wrongly.
    private func recount(_ scratch: Scratch, _ report: inout RepairReport) throws(StoreError) {
        let check = try check(scratch)
        var waiting: [Difference] = []
        var rows = 0
        check.onDifference = { difference throws(StoreError) in
            waiting.append(difference)
            rows += 1
            guard waiting.count >= Self.rowsPerJob else { return }
            let part = waiting
            waiting = []
            try apply(part)
        }
        _ = try core.index.read { transaction throws(StoreError) in try check.run(transaction) }
        try apply(waiting)
        report.rows += rows
        let counters = try scratch.with { transaction throws(StoreError) in try transaction.counters() }
        let projects = try core.index.read { transaction throws(StoreError) in try transaction.projects() }
        var totals: [(ProjectID, ProjectCounters)] = []
        for (_, project) in projects {
            totals.append(
                (
                    project,
                    try scratch.with { transaction throws(StoreError) in
                        try transaction.projectCounters(project)
                    }
                ))
        }
        let all = totals
        try core.writer.perform(weight: all.count) { batch throws(StoreError) in
            batch.counters = counters
            for (project, counters) in all {
                try batch.transaction.put(
                    batch.transaction.databases.projects, RowKey.projectCounters(project), counters.encoded())
            }
        }
    }

    private func apply(_ differences: [Difference]) throws(StoreError) {
        guard !differences.isEmpty else { return }
        try core.writer.perform(weight: differences.count) { batch throws(StoreError) in
            for difference in differences {
                if let value = difference.wants {
                    try batch.transaction.put(difference.database, difference.key, value)
                } else {
                    _ = try batch.transaction.delete(difference.database, difference.key)
                }
            }
        }
    }

    private func forEachPart(
        of table: UInt32, _ catalogue: Catalogue, _ body: ([Transaction.OwnedRow]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try catalogue.scratch.with { transaction throws(StoreError) in
                try transaction.page(table, after: last, limit: Self.rowsPerJob)
            }
            guard let end = page.last else { return }
            try body(page)
            last = end.key
        }
    }

    private func forEachRecordKey(_ body: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try core.index.read { transaction throws(StoreError) in
                try transaction.page(transaction.databases.records, after: last)
            }
            guard let end = page.last else { return }
            for (key, _) in page { try body(key) }
            last = end.key
        }
    }

    private func projectNames() throws(StoreError) -> [ProjectID: String] {
        let projects = try core.index.read { transaction throws(StoreError) in try transaction.projects() }
        return Dictionary(projects.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Core {
    /// Whether all that is referred to is there.
    fileprivate func hasAll(_ references: [Reference], of project: ProjectID) throws(StoreError) -> Bool {
        try index.read { transaction throws(StoreError) in
            for reference in references {
                switch reference {
                case .blob(let digest):
                    guard try transaction.blob(digest, in: project)?.record.isPresent == true else { return false }
                case .record(let table, let key):
                    guard try transaction.record(table, project, key) != nil else { return false }
                }
            }
            return true
        }
    }
}
