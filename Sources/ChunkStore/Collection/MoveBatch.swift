internal import Chunking

/// Records that are copied out of a chunk file together.
struct MoveBatch {
    enum Subject: Sendable {
        case frame([ChunkReference], base: [ChunkReference], isPacked: Bool, ProjectID)
        case blob(Digest, ProjectID)
        case record(RecordTable, [UInt8], ProjectID)
        /// Needed as long as one of `files` is there.
        case tombstone(Reference, ProjectID, files: [UInt32])
        /// Needed as long as one of `files` is there.
        case bookkeeping(files: [UInt32])
        case project([UInt8], ProjectID)
    }

    struct Item {
        let record: StoredRecord
        let location: Location
    }

    struct Move: Sendable {
        let subject: Subject
        let sequence: UInt64
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
    /// Repoints rows. Copies of what was deleted or replaced meanwhile are written down not to count: they have names, and
    /// no tombstone knows the file that they are in.
    mutating func apply(_ moves: [MoveBatch.Move]) throws(StoreError) {
        var stale: [VoidRecord.Item] = []
        for move in moves where try !apply(move) {
            stale.append(VoidRecord.Item(sequence: move.sequence, file: move.new.file))
            stale.append(VoidRecord.Item(sequence: move.sequence, file: move.old.file))
        }
        guard !stale.isEmpty else { return }
        let items = stale
        didRefer(to: try append(.void, project: nil) { VoidRecord(items).encode(into: &$0) })
    }

    /// Whether the copy is needed, or at least has no name.
    private mutating func apply(_ move: MoveBatch.Move) throws(StoreError) -> Bool {
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
            return true
        case .blob(let digest, let project):
            return try moveBlob(digest, in: project, from: move.old, to: move.new)
        case .record(let table, let key, let project):
            return try moveRecord(table, project, key, from: move.old, to: move.new)
        case .tombstone, .bookkeeping, .project:
            didForget(move.old)
            didRefer(to: move.new)
            return true
        }
    }

    /// Notes that all in a file before `end` is copied as far as it is needed.
    mutating func didDrain(_ number: UInt32, until end: UInt64) throws(StoreError) {
        guard var row = try transaction.file(number), row.drained < end else { return }
        row.drained = end
        try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
    }

    mutating func suspectOrphans(in files: Set<UInt32>) throws(StoreError) {
        for number in files {
            guard var row = try transaction.file(number) else { continue }
            row.mayHaveOrphans = true
            try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
        }
    }
}

extension Transaction {
    /// Where the record of a name is; `nil` when there is none.
    func location(of name: Reference, in project: ProjectID) throws(StoreError) -> Location? {
        switch name {
        case .blob(let digest): try blob(digest, in: project)?.record
        case .record(let table, let key): try record(table, project, key)?.location
        }
    }
}
