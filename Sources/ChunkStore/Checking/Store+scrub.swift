internal import Chunking
internal import Glibc

extension Store {
    /// Verifies the checksum of every record in the chunk files and hashes every chunk that is needed, from where the last call stopped to the end of the last
    /// file, while serving goes on. What is found damaged is missing from then on, so that it is stored again with the next
    /// push that needs it.
    /// - Parameters:
    ///   - bytesPerSecond: how fast at most; `nil` for as fast as the disk gives.
    ///   - shouldStop: asked at least ten times a second.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func scrub(
        bytesPerSecond: UInt64? = nil, shouldStop: @escaping () -> Bool = { false }
    ) throws(StoreError) -> ScrubReport {
        try use { core throws(StoreError) in
            var scrub = Scrub(core: core, bytesPerSecond: bytesPerSecond, shouldStop: shouldStop)
            return try scrub.run()
        }
    }
}

/// One run of scrubbing.
struct Scrub {
    private static let sliceByteCount: UInt64 = 4 << 20
    private static let noteByteCount: UInt64 = 256 << 20

    let core: Core
    let bytesPerSecond: UInt64?
    let shouldStop: () -> Bool
    private var state = ScrubRow()
    private var report = ScrubReport()
    private var noted: UInt64 = 0
    private let proof: FrameProof
    private let start = StoreClock.milliseconds()

    init(core: Core, bytesPerSecond: UInt64?, shouldStop: @escaping () -> Bool) {
        self.core = core
        proof = FrameProof(core.reader)
        self.bytesPerSecond = bytesPerSecond
        self.shouldStop = shouldStop
    }

    mutating func run() throws(StoreError) -> ScrubReport {
        state = try core.index.read { transaction throws(StoreError) in try transaction.scrub() }
        while !shouldStop() {
            // A slice at a time, so that collection need not wait for the end.
            let isOver = try core.upkeep.exclusively { () throws(StoreError) in try slice() }
            if isOver {
                state.file = 0
                state.offset = 0
                state.lastEnded = UInt64(max(0, time(nil)))
                state.lastDamaged = state.damaged
                state.damaged = 0
                report.isComplete = true
                break
            }
            if report.bytes >= noted + Self.noteByteCount { try note() }
            pause()
        }
        try note()
        report.lastPassEnded = state.lastEnded == 0 ? nil : state.lastEnded
        report.lastPassDamaged = state.lastDamaged
        return report
    }

    /// Looks at the next few MiB. Whether there are none.
    private mutating func slice() throws(StoreError) -> Bool {
        let first = state.file
        let files = try core.index.read { transaction throws(StoreError) in try transaction.files() }
        guard let (number, row) = files.first(where: { $0.number >= first && $0.row.state != .doomed }) else {
            return true
        }
        if number != state.file { state.offset = UInt64(ChunkFileHeader.byteCount) }
        state.file = number
        var damage: [Range<UInt64>] = []
        if var walk = try core.reader.walk(of: number, end: row.length) {
            walk.skip(to: max(state.offset, UInt64(ChunkFileHeader.byteCount)))
            let end = walk.position + Self.sliceByteCount
            var isAtEnd = false
            while walk.position < end, !isAtEnd {
                guard let step = try core.reader.next(&walk, in: number) else {
                    isAtEnd = true
                    break
                }
                if !step.isUnknown, try !isSound(step, in: number, row) { damage.append(step.range) }
            }
            report.bytes += walk.position - state.offset
            state.offset = walk.position
            if isAtEnd, walk.position < row.length { damage.append(walk.position..<row.length) }
            if isAtEnd { advance(past: number) }
        } else {
            damage.append(0..<row.length)
            advance(past: number)
        }
        if !damage.isEmpty {
            report.damaged += damage.count
            state.damaged += UInt64(damage.count)
            try core.lose(damage, of: number)
        }
        return false
    }

    private mutating func advance(past number: UInt32) {
        state.file = number + 1
        state.offset = UInt64(ChunkFileHeader.byteCount)
    }

    /// Whether a record is right. What is not is read once more: the memory it passed through may be to blame.
    private func isSound(
        _ step: ChunkFileWalk.Step, in number: UInt32, _ row: FileRow
    ) throws(StoreError) -> Bool {
        if let record = step.record, try isProven(record, at: step.range.lowerBound, in: number) { return true }
        guard var walk = try core.reader.walk(of: number, end: row.length) else { return false }
        walk.skip(to: step.range.lowerBound)
        guard let record = try core.reader.next(&walk, in: number)?.record else { return false }
        return try isProven(record, at: step.range.lowerBound, in: number)
    }

    /// Whether a frame that is needed has the chunks that it says. Nothing else that reads a store without damage looks at
    /// that, since it takes longer than reading.
    private func isProven(_ record: StoredRecord, at offset: UInt64, in number: UInt32) throws(StoreError) -> Bool {
        guard record.header.kind == .frame else { return true }
        let location = Location(file: number, length: UInt32(record.bytes.count), offset: offset)
        let isNeeded = try core.index.read { transaction throws(StoreError) in
            try transaction.frame(at: location) != nil
        }
        guard isNeeded else { return true }
        return try proof.prove(record) { id throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try transaction.chunk(id)?.frame }
        } != nil
    }

    private mutating func note() throws(StoreError) {
        noted = report.bytes
        let state = state
        try core.writer.perform { batch throws(StoreError) in
            try batch.transaction.put(batch.transaction.databases.meta, RowKey.scrub, state.encoded())
        }
    }

    /// Waits until what was read is not too much for the time that has passed.
    private func pause() {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let due = start + report.bytes * 1000 / bytesPerSecond
        while !shouldStop() {
            let now = StoreClock.milliseconds()
            guard now < due else { return }
            usleep(UInt32(min(100, due - now)) * 1000)
        }
    }
}

extension Core {
    /// Lets everything be missing whose record lies in one of `ranges` of a chunk file.
    func lose(_ ranges: [Range<UInt64>], of number: UInt32) throws(StoreError) {
        func isLost(_ location: Location) -> Bool {
            location.file == number && ranges.contains { $0.contains(location.offset) }
        }
        reader.report(Location(file: number, length: 0, offset: ranges.first?.lowerBound ?? 0), .frame)
        try forEachRow(\.chunks) { key, value throws(StoreError) in
            guard let row = ChunkRow(decoding: value), isLost(row.frame), let id = Digest(key) else { return }
            forget([id], in: row.frame)
        }
        try forEachRow(\.blobs) { key, value throws(StoreError) in
            guard let row = BlobRow(decoding: value), isLost(row.record), let digest = Digest(Array(key.dropFirst(4)))
            else { return }
            forget(digest, of: RowKey.project(of: key), ifStill: row)
        }
        try forEachRow(\.records) { key, value throws(StoreError) in
            guard let row = RecordRow(decoding: value), isLost(row.location), let name = RowKey.recordName(key)
            else { return }
            forget(name.table, name.project, name.key, ifStill: row)
        }
    }

    private func forEachRow(
        _ table: KeyPath<Databases, UInt32>, _ body: ([UInt8], [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try index.read { transaction throws(StoreError) in
                try transaction.page(transaction.databases[keyPath: table], after: last)
            }
            guard let end = page.last else { return }
            for (key, value) in page { try body(key, value) }
            last = end.key
        }
    }
}

extension Digest {
    fileprivate init?(_ bytes: [UInt8]) {
        unsafe self.init(rawBytes: bytes.span.bytes)
    }
}
