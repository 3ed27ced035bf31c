internal import Chunking
internal import Compression
internal import SystemPackage

/// Copies what is needed out of chunk files that are mostly waste, and removes them.
///
/// Copies keep their bytes and numbers, so an index that is rebuilt in the middle of it is the same. Rows are repointed
/// in the writer if they still point at the original; the file is removed when none does, in three steps: its row says
/// so (committed), the file goes, the row goes.
struct Compaction {
    private static let batchBytes = 4 << 20
    private static let batchCount = 64

    let core: Core
    let policy: CollectionPolicy
    let shouldStop: () -> Bool

    /// Compacts all files that are worth it.
    func run(_ report: inout CollectionReport) throws(StoreError) {
        try sealTail()
        let files = try core.index.read { transaction throws(StoreError) in try transaction.files() }
        let worthwhile = files.filter { isWorthwhile($0.row) }.sorted { one, other in
            // What was begun is finished first: until then no tombstone may go.
            one.row.isUnsettled != other.row.isUnsettled ? one.row.isUnsettled : one.row.live < other.row.live
        }
        for (number, row) in worthwhile where !shouldStop() {
            try compact(number, row, &report)
        }
    }

    private func isWorthwhile(_ row: FileRow) -> Bool {
        switch row.state {
        case .sealed, .abandoned: row.isUnsettled || Double(row.live) < policy.liveShareMinimum * Double(row.length)
        case .open, .doomed: false
        }
    }

    /// Begins a new file when the one that is appended to is mostly waste, so that it can be compacted too.
    private func sealTail() throws(StoreError) {
        let files = try core.index.read { transaction throws(StoreError) in try transaction.files() }
        guard let tail = files.last(where: { $0.row.state == .open }),
            tail.row.length - min(tail.row.length, tail.row.live) > UInt64(Self.batchBytes),
            Double(tail.row.live) < policy.liveShareMinimum * Double(tail.row.length)
        else { return }
        try core.appender.sealTail(tail.number)
        // Any change has the state of the file written down.
        try core.writer.perform { batch throws(StoreError) in
            try batch.transaction.put(batch.transaction.databases.meta, RowKey.next, batch.next.encoded())
        }
    }

    private func compact(_ number: UInt32, _ row: FileRow, _ report: inout CollectionReport) throws(StoreError) {
        guard !core.appender.isPinned(number),
            try core.index.read({ transaction throws(StoreError) in try !transaction.hasPartial(in: number) })
        else { return }
        guard var scanner = try core.reader.scanner(of: number, end: row.length) else { return }
        scanner.skip(to: try begin(number))
        var batch = MoveBatch(file: number)
        var isDamaged = false
        while let (offset, header) = try core.reader.next(&scanner, in: number) {
            if header.kind == .seal { continue }
            let location = Location(file: number, length: UInt32(header.recordLength), offset: offset)
            guard try isNeeded(location, header) else { continue }
            guard let record = try core.reader.record(at: location, header.kind) else {
                isDamaged = true
                continue
            }
            batch.add(record, at: location)
            if batch.bytes >= Self.batchBytes || batch.count >= Self.batchCount {
                try move(&batch, until: scanner.position, &report)
            }
            if shouldStop() { return }
        }
        try move(&batch, until: scanner.position, &report)
        guard scanner.position == row.length else { return }
        // With a damaged record the file goes only when nothing was lost with it; else it waits for a repair.
        if isDamaged, try core.index.read({ transaction throws(StoreError) in try transaction.file(number)?.live }) != 0
        {
            return
        }
        try remove(number, &report)
    }

    /// Writes down that a file is being emptied, before the first copy is made. Where to go on with it.
    private func begin(_ number: UInt32) throws(StoreError) -> UInt64 {
        try core.writer.perform { batch throws(StoreError) in
            guard var row = try batch.transaction.file(number) else { return UInt64(ChunkFileHeader.byteCount) }
            if row.drained > 0 { return row.drained }
            row.drained = UInt64(ChunkFileHeader.byteCount)
            try batch.transaction.put(batch.transaction.databases.files, RowKey.number(number), row.encoded())
            return row.drained
        }
    }

    /// Copies what is whole out of a damaged file and removes it. What pointed at the rest must have been given up.
    func salvage(_ number: UInt32, _ report: inout CollectionReport) throws(StoreError) {
        try core.appender.sealTail(number)
        // Any change has the state of the file written down.
        try core.writer.perform { batch throws(StoreError) in
            try batch.transaction.put(batch.transaction.databases.meta, RowKey.next, batch.next.encoded())
        }
        let row = try core.index.read { transaction throws(StoreError) in try transaction.file(number) }
        guard let row, var walk = try core.reader.walk(of: number, end: row.length) else {
            try remove(number, &report)
            return
        }
        walk.skip(to: try begin(number))
        var batch = MoveBatch(file: number)
        while let step = try core.reader.next(&walk, in: number) {
            guard let record = step.record, record.header.kind != .seal else { continue }
            let location = Location(
                file: number, length: UInt32(record.bytes.count), offset: step.range.lowerBound)
            guard try isNeeded(location, record.header) else { continue }
            batch.add(record, at: location)
            if batch.bytes >= Self.batchBytes || batch.count >= Self.batchCount {
                try move(&batch, until: walk.position, &report)
            }
        }
        try move(&batch, until: walk.position, &report)
        try remove(number, &report)
    }

    /// Whether something refers to the record, as far as its header tells; the writer looks again.
    private func isNeeded(_ location: Location, _ header: RecordHeader) throws(StoreError) -> Bool {
        guard header.kind == .frame else { return true }
        return try core.index.read { transaction throws(StoreError) in try transaction.frame(at: location) != nil }
    }

    /// Copies the records of `batch`, which end at `end`, and lets the rows that point at them point at the copies.
    private func move(
        _ batch: inout MoveBatch, until end: UInt64, _ report: inout CollectionReport
    ) throws(StoreError) {
        var moves: [MoveBatch.Move] = []
        let others = try core.index.read { [number = batch.file] transaction throws(StoreError) in
            try transaction.files().filter { $0.number != number }
        }
        for item in batch.items {
            guard let subject = try Self.subject(of: item.record), try isNeeded(subject, item, others) else {
                continue
            }
            let copy = try core.appender.append(copyOf: item.record)
            report.movedBytes += UInt64(item.record.bytes.count)
            moves.append(
                MoveBatch.Move(
                    subject: subject, sequence: item.record.header.sequence, old: item.location, new: copy.location,
                    pin: copy.pin))
        }
        let number = batch.file
        batch = MoveBatch(file: number)
        let all = moves
        let weight = all.reduce(1) { $0 + $1.weight }
        do throws(StoreError) {
            try core.writer.perform(weight: weight) { batch throws(StoreError) in
                try batch.apply(all)
                try batch.didDrain(number, until: end)
            }
        } catch {
            // The copies may stay behind, unknown to any row.
            let files = Set(all.map(\.new.file))
            try? core.writer.perform { batch throws(StoreError) in try batch.suspectOrphans(in: files) }
            throw error
        }
    }

    /// What the record is about; `nil` when it cannot be read, and so nothing can need it.
    private static func subject(of record: StoredRecord) throws(StoreError) -> MoveBatch.Subject? {
        let project = ProjectID(number: record.header.project)
        return try? record.withBody { body throws -> MoveBatch.Subject? in
            switch record.header.kind {
            case .frame:
                let header = try FrameHeader(decoding: body)
                return .frame(header.chunks, base: header.base, isPacked: record.header.detail == 1, project)
            case .blob: return .blob(try BlobRecord(decoding: body).recipe.digest, project)
            case .record:
                let record = try SmallRecord(decoding: body)
                return .record(record.table, record.key, project)
            case .tombstone:
                let tombstone = try Tombstone(decoding: body)
                return .tombstone(tombstone.subject, project, files: tombstone.older.numbers)
            case .void: return .bookkeeping(files: try VoidRecord(decoding: body).items.map(\.file))
            case .project: return .project([UInt8](copying: body), project)
            case .seal: return nil
            }
        }
    }

    private func isNeeded(
        _ subject: MoveBatch.Subject, _ item: MoveBatch.Item, _ others: [(number: UInt32, row: FileRow)]
    ) throws(StoreError) -> Bool {
        var current: Location?
        let isNeeded = try core.index.read { transaction throws(StoreError) in
            switch subject {
            case .frame: return try transaction.frame(at: item.location) != nil
            case .blob(let digest, let project):
                return try transaction.blob(digest, in: project)?.record == item.location
            case .record(let table, let key, let project):
                return try transaction.record(table, project, key)?.location == item.location
            case .tombstone(let name, let project, let files):
                guard Self.mayHide(older: files, others) else { return false }
                current = try transaction.location(of: name, in: project)
                return true
            case .bookkeeping(let files): return Self.mayHide(older: files, others)
            case .project(let name, let project):
                // One that was never acknowledged has no row.
                return try transaction.projectNumber(name) == project
            }
        }
        guard isNeeded, let current, current.isPresent else { return isNeeded }
        // What came before a tombstone and is there all the same was never deleted: the tombstone does not count.
        guard let record = try core.reader.header(at: current) else { return true }
        return record.sequence > item.record.header.sequence
    }

    /// Whether one of the chunk files `others` may hold a record that a tombstone or a void record is about.
    private static func mayHide(older files: [UInt32], _ others: [(number: UInt32, row: FileRow)]) -> Bool {
        let wanted = Set(files)
        // Also one that is about to be removed: its row goes when it is gone.
        return others.contains { $0.row.isUnsettled || wanted.contains($0.number) }
    }

    /// Removes a file in which nothing is needed any more.
    private func remove(_ number: UInt32, _ report: inout CollectionReport) throws(StoreError) {
        let appender = core.appender
        let doomed = try core.writer.perform { batch throws(StoreError) -> UInt64? in
            // A large blob may have been deleted meanwhile: what it claims is given up after a look at its record.
            guard !appender.isPinned(number), try !batch.transaction.hasPartial(in: number),
                var row = try batch.transaction.file(number), row.state == .sealed || row.state == .abandoned
            else { return nil }
            row.state = .doomed
            batch.counters.fileBytes.lower(by: row.length)
            batch.counters.liveBytes.lower(by: row.live)
            batch.counters.files.lower(by: 1)
            row.live = 0
            try batch.transaction.put(batch.transaction.databases.files, RowKey.number(number), row.encoded())
            return row.length
        }
        guard let length = doomed else { return }
        core.reader.retire(number)
        try core.reader.remove(number)
        try core.writer.perform { batch throws(StoreError) in
            _ = try batch.transaction.delete(batch.transaction.databases.files, RowKey.number(number))
        }
        report.removedFiles += 1
        report.freedBytes += length
    }
}
