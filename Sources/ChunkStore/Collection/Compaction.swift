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
        let worthwhile = files.filter { isWorthwhile($0.row) }.sorted { $0.row.live < $1.row.live }
        for (number, row) in worthwhile where !shouldStop() {
            try compact(number, row, &report)
        }
    }

    private func isWorthwhile(_ row: FileRow) -> Bool {
        switch row.state {
        case .sealed, .abandoned: Double(row.live) < policy.liveShareMinimum * Double(row.length)
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
        guard !core.appender.isPinned(number), try !hasPartial(number) else { return }
        guard var scanner = try core.reader.scanner(of: number, end: row.length) else { return }
        try core.writer.perform { batch throws(StoreError) in try batch.setEmptying(number, true) }
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
            if batch.bytes >= Self.batchBytes || batch.count >= Self.batchCount { try move(&batch, &report) }
            if shouldStop() { return }
        }
        try move(&batch, &report)
        guard scanner.position == row.length else { return }
        // With a damaged record the file goes only when nothing was lost with it; else it waits for a repair.
        if isDamaged, try core.index.read({ transaction throws(StoreError) in try transaction.file(number)?.live }) != 0
        {
            return
        }
        try remove(number, &report)
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
        var batch = MoveBatch(file: number)
        while let step = try core.reader.next(&walk, in: number) {
            guard let record = step.record, record.header.kind != .seal else { continue }
            let location = Location(
                file: number, length: UInt32(record.bytes.count), offset: step.range.lowerBound)
            guard try isNeeded(location, record.header) else { continue }
            batch.add(record, at: location)
            if batch.bytes >= Self.batchBytes || batch.count >= Self.batchCount { try move(&batch, &report) }
        }
        try move(&batch, &report)
        try remove(number, &report)
    }

    private func hasPartial(_ number: UInt32) throws(StoreError) -> Bool {
        try core.index.read { transaction throws(StoreError) in
            try transaction.partials().contains { $0.record.file == number }
        }
    }

    /// Whether something refers to the record, as far as its header tells; the writer looks again.
    private func isNeeded(_ location: Location, _ header: RecordHeader) throws(StoreError) -> Bool {
        guard header.kind == .frame else { return true }
        return try core.index.read { transaction throws(StoreError) in try transaction.frame(at: location) != nil }
    }

    /// Copies the records of `batch` and lets the rows that point at them point at the copies.
    private func move(_ batch: inout MoveBatch, _ report: inout CollectionReport) throws(StoreError) {
        var moves: [MoveBatch.Move] = []
        for item in batch.items {
            guard let subject = try Self.subject(of: item.record), try isNeeded(subject, item, batch.file) else {
                continue
            }
            let copy = try core.appender.append(copyOf: item.record)
            report.movedBytes += UInt64(item.record.bytes.count)
            moves.append(MoveBatch.Move(subject: subject, old: item.location, new: copy.location, pin: copy.pin))
        }
        batch = MoveBatch(file: batch.file)
        guard !moves.isEmpty else { return }
        let all = moves
        let weight = all.reduce(0) { $0 + $1.weight }
        try core.writer.perform(weight: weight) { batch throws(StoreError) in
            for move in all { try batch.apply(move) }
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
            case .tombstone: return .bookkeeping(files: try Tombstone(decoding: body).older.numbers)
            case .void: return .bookkeeping(files: try VoidRecord(decoding: body).items.map(\.file))
            case .project: return .project
            case .seal: return nil
            }
        }
    }

    private func isNeeded(
        _ subject: MoveBatch.Subject, _ item: MoveBatch.Item, _ number: UInt32
    ) throws(StoreError) -> Bool {
        try core.index.read { transaction throws(StoreError) in
            switch subject {
            case .frame: return try transaction.frame(at: item.location) != nil
            case .blob(let digest, let project):
                return try transaction.blob(digest, in: project)?.record == item.location
            case .record(let table, let key, let project):
                return try transaction.record(table, project, key)?.location == item.location
            case .bookkeeping(let files):
                for file in Set(files) where file != number {
                    // Also one that is about to be removed: its row goes when it is gone.
                    if try transaction.file(file) != nil { return true }
                }
                return false
            case .project: return true
            }
        }
    }

    /// Removes a file in which nothing is needed any more.
    private func remove(_ number: UInt32, _ report: inout CollectionReport) throws(StoreError) {
        let appender = core.appender
        let doomed = try core.writer.perform { batch throws(StoreError) -> UInt64? in
            guard !appender.isPinned(number), var row = try batch.transaction.file(number),
                row.state == .sealed || row.state == .abandoned
            else { return nil }
            row.state = .doomed
            try batch.setEmptying(number, false)
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

/// Records that are copied out of a chunk file together.
private struct MoveBatch {
    enum Subject: Sendable {
        case frame([ChunkReference], base: [ChunkReference], isPacked: Bool, ProjectID)
        case blob(Digest, ProjectID)
        case record(RecordTable, [UInt8], ProjectID)
        /// Needed as long as one of `files` is there.
        case bookkeeping(files: [UInt32])
        case project
    }

    struct Item {
        let record: StoredRecord
        let location: Location
    }

    struct Move: Sendable {
        let subject: Subject
        let old: Location
        let new: Location
        let pin: FilePin

        var weight: Int {
            if case .frame(let chunks, _, _, _) = subject { chunks.count + 1 } else { 2 }
        }
    }

    let file: UInt32
    private(set) var items: [Item] = []
    private(set) var bytes = 0

    var count: Int { items.count }

    init(file: UInt32) {
        self.file = file
    }

    mutating func add(_ record: StoredRecord, at location: Location) {
        items.append(Item(record: record, location: location))
        bytes += record.bytes.count
    }
}

extension WriteBatch {
    fileprivate mutating func apply(_ move: MoveBatch.Move) throws(StoreError) {
        switch move.subject {
        case .frame(let chunks, let base, let isPacked, let project):
            let frame = AppendedFrame(
                location: move.new, chunks: chunks, base: base, isPacked: isPacked, pin: move.pin)
            let bases = [move.old: FrameBase(project: project, chunks: base)]
            var rawOffset: UInt32 = 0
            for chunk in chunks {
                _ = try moveChunk(
                    chunk, from: move.old, to: frame, rawOffset: rawOffset, project: project, bases: bases)
                rawOffset += chunk.length
            }
        case .blob(let digest, let project):
            _ = try moveBlob(digest, in: project, from: move.old, to: move.new)
        case .record(let table, let key, let project):
            _ = try moveRecord(table, project, key, from: move.old, to: move.new)
        case .bookkeeping, .project:
            didForget(move.old)
            didRefer(to: move.new)
        }
    }
}

extension WriteBatch {
    /// Notes that compaction has begun to copy out of a file, or that the file is empty.
    fileprivate mutating func setEmptying(_ number: UInt32, _ isEmptying: Bool) throws(StoreError) {
        var numbers = Set(try transaction.emptying())
        guard numbers.contains(number) != isEmptying else { return }
        if isEmptying { numbers.insert(number) } else { numbers.remove(number) }
        var writer = ByteWriter(capacity: 4 * numbers.count)
        for number in numbers.sorted() { writer.writeFixed(number) }
        try transaction.put(transaction.databases.meta, RowKey.emptying, writer.bytes)
    }
}
