internal import Chunking

extension Store {
    /// Bytes of the blobs that tags of a project hold, each counted once; 0 when there is no such project.
    /// O(tags), each with a read of the disk.
    /// - Throws: `io`, `closed`.
    public func pinnedBytes(in name: String) throws(StoreError) -> UInt64 {
        guard let project = try project(named: name) else { return 0 }
        return try use { core throws(StoreError) in
            var seen: Set<Reference> = []
            var waiting: [Reference] = []
            var last: [UInt8]?
            while true {
                let keys = try keys(in: .tag, prefix: [], after: last, limit: 1000, project: project)
                guard let end = keys.last else { break }
                last = end
                waiting += keys.map { .record(.tag, $0) }
            }
            var bytes: UInt64 = 0
            while let reference = waiting.popLast() {
                guard seen.insert(reference).inserted else { continue }
                switch reference {
                case .blob(let digest):
                    bytes +=
                        try core.index.read { transaction throws(StoreError) in
                            try transaction.blob(digest, in: project)?.size
                        } ?? 0
                case .record(let table, let key):
                    waiting += try core.openRecord(table, key, in: project)?.record?.references ?? []
                }
            }
            return bytes
        }
    }

    /// How many chunks and frames there are by size. O(chunks).
    /// - Throws: `io`, `closed`.
    public func sizeCounts() throws(StoreError) -> (chunks: [SizeCount], frames: [SizeCount]) {
        try use { core throws(StoreError) in
            let chunks = try core.sizeCounts(\.chunks) { row in
                ChunkRow(row).flatMap { $0.frame.isPresent ? $0.length : nil }
            }
            return (chunks, try core.sizeCounts(\.frames) { FrameRow($0)?.rawLength })
        }
    }

    /// When background work was last done.
    /// - Throws: `io`, `closed`.
    public func upkeepTimes() throws(StoreError) -> UpkeepTimes {
        try use { core throws(StoreError) in
            let scrub = try core.index.read { transaction throws(StoreError) in try transaction.scrub() }
            var times = core.upkeep.times
            times.scrubbed = scrub.lastEnded == 0 ? nil : scrub.lastEnded
            times.scrubFound = scrub.lastDamaged
            return times
        }
    }
}

extension Core {
    private static let rowsPerRead = 50_000

    /// Counts rows by the size that `size` finds, a part of the table at a time, so that no snapshot is held for long.
    fileprivate func sizeCounts(
        _ table: KeyPath<Databases, UInt32>, _ size: (RawSpan) -> UInt32?
    ) throws(StoreError) -> [SizeCount] {
        var counts = [UInt64](repeating: 0, count: 33)
        var start: [UInt8]? = []
        while let from = start {
            start = nil
            var rows = 0
            try index.read { transaction throws(StoreError) in
                try transaction.scan(transaction.databases[keyPath: table], from: from) { key, value in
                    if rows == Self.rowsPerRead {
                        start = [UInt8](copying: key)
                        return false
                    }
                    rows += 1
                    if let size = size(value) { counts[32 - max(1, size).leadingZeroBitCount] += 1 }
                    return true
                }
            }
        }
        return counts.enumerated().filter { $0.element > 0 }.map { SizeCount(bytes: 1 << UInt64($0), count: $1) }
    }
}
