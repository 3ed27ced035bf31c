internal import Logging
internal import SystemPackage

/// Brings the chunk files to what the index says, when a store is opened: whatever a crash left beyond it was never
/// acknowledged. Runs before the writer does.
struct ChunkFileRecovery {
    let directory: FilePath
    let salt: RootSalt
    let index: Index
    let disk: Disk
    let logger: Logger

    /// What the files have come to.
    struct Outcome {
        /// The next numbers to give out.
        let next: NextNumbers
        /// The file to go on appending to, and where.
        let tail: (file: OpenFile, length: UInt64)?
        /// Whether a file lacks something that was committed.
        let hasLoss: Bool
    }

    /// Cuts unfinished files at their committed lengths.
    /// - Throws: `io` also when there are chunk files but the index has never heard of any.
    func run() throws(StoreError) -> Outcome {
        let isNew = try index.read { transaction throws(StoreError) in
            try !transaction.contains(transaction.databases.meta, RowKey.counters)
        }
        if isNew { try begin() }
        // Each time: a process that was killed may have made the index and not come this far.
        try sync(index.directory)
        let (next, files) = try index.read { transaction throws(StoreError) in
            (try transaction.nextNumbers(), try transaction.files())
        }
        var tail: (file: OpenFile, row: FileRow)?
        var abandoned: [(number: UInt32, row: FileRow)] = []
        var hasLoss = false
        for (number, row) in files where row.state == .open {
            if let file = try cut(number, at: row.length, knowing: next.commit) {
                if let older = tail { abandoned.append((older.file.number, older.row)) }
                tail = (file, row)
            } else {
                hasLoss = true
                abandoned.append((number, row))
            }
        }
        try abandon(abandoned)
        try checkUnknown(from: next)
        try removeUnknown(from: next.file)
        try suspectOrphans(files)
        try removeDoomed(files.filter { $0.row.state == .doomed }.map(\.number))
        return Outcome(next: next, tail: tail.map { ($0.file, $0.row.length) }, hasLoss: hasLoss)
    }

    /// Writes the first rows of a new index. An empty one beside chunk files is a lost one: going on would
    /// overwrite them.
    private func begin() throws(StoreError) {
        let names = try RootLayout.names(in: directory)
        guard !names.contains(where: { $0.hasSuffix(".chunks") }) else {
            throw StoreError(
                .io,
                "the index of the chunk files in \(directory) is lost; make it anew from them with "
                    + "'larderd fsck --rebuild'")
        }
        var transaction = try index.environment.beginWrite()
        try transaction.put(transaction.databases.meta, RowKey.next, NextNumbers().encoded())
        try transaction.put(transaction.databases.meta, RowKey.counters, Counters().encoded())
        try index.commit(transaction)
    }

    private func sync(_ directory: FilePath) throws(StoreError) {
        do throws(Errno) {
            try disk.syncDirectory(directory)
        } catch {
            throw .disk("sync directory", directory, error)
        }
    }

    /// Cuts a file at `length`; `nil` when it is not that long any more, so that nothing may be appended: rows may
    /// refer to where the new records would come to lie.
    /// - Throws: `io` when what lies beyond was appended after a commit that the index has not seen.
    private func cut(_ number: UInt32, at length: UInt64, knowing commit: UInt64) throws(StoreError) -> OpenFile? {
        let path = directory.appending(ChunkFileHeader.name(number))
        do {
            let file = try OpenFile(number, at: path, mode: .readWrite, disk: disk)
            let found = try disk.length(file.descriptor)
            let header = try disk.read(file.descriptor, 0, ChunkFileHeader.byteCount)
            try ChunkFileHeader.checkVersion(of: header, at: path)
            guard found >= length, ChunkFileHeader.isRight(header, for: number, salt) else {
                reportLoss(path, "it is shorter than committed, or not a chunk file of this root")
                return nil
            }
            if found > length {
                var rest = RecordScanner(file, end: found, disk: disk)
                rest.skip(to: length)
                if try hasLaterCommit(&rest, than: commit) { throw StoreError.olderIndex(path) }
                logger.info(
                    "cutting off what was not acknowledged before the last stop",
                    metadata: ["chunkfile.number": "\(number)", "chunkfile.bytes": "\(found - length)"])
                try disk.truncate(file.descriptor, length)
                try disk.sync(file.descriptor)
            }
            return file
        } catch let error as StoreError {
            throw error
        } catch let error as Errno where error == .noSuchFileOrDirectory {
            reportLoss(path, "it is gone")
            return nil
        } catch {
            throw .disk("open", path, error as? Errno ?? .ioError)
        }
    }

    /// Whether a record was appended when more was committed than the index says: a crash leaves at most what was to be
    /// in the next commit.
    private func hasLaterCommit(_ scanner: inout RecordScanner, than next: UInt64) throws(Errno) -> Bool {
        while let (_, header) = try scanner.next() {
            if header.stamp.commit > next { return true }
        }
        return false
    }

    private func reportLoss(_ path: FilePath, _ reason: String) {
        logger.error(
            "a chunk file was damaged from outside; what is missing of it must be stored again",
            metadata: ["chunkfile.path": "\(path)", "reason": "\(reason)"])
    }

    private func abandon(_ files: [(number: UInt32, row: FileRow)]) throws(StoreError) {
        guard !files.isEmpty else { return }
        var transaction = try index.environment.beginWrite()
        for (number, row) in files {
            var row = row
            row.state = .abandoned
            try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
        }
        try index.commit(transaction)
    }

    /// When a file was being emptied, copies that no row knows of may be in the newest files.
    private func suspectOrphans(_ files: [(number: UInt32, row: FileRow)]) throws(StoreError) {
        guard files.contains(where: { $0.row.state != .doomed && $0.row.drained > 0 }) else { return }
        var transaction = try index.environment.beginWrite()
        for (number, _) in files.suffix(2) {
            guard var row = try transaction.file(number) else { continue }
            row.mayHaveOrphans = true
            try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
        }
        try index.commit(transaction)
    }

    /// Removes files that are committed to be removed, then forgets them.
    private func removeDoomed(_ numbers: [UInt32]) throws(StoreError) {
        guard !numbers.isEmpty else { return }
        for number in numbers {
            let path = directory.appending(ChunkFileHeader.name(number))
            do throws(Errno) {
                try disk.remove(path)
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw .disk("remove", path, error)
            }
        }
        try sync(directory)
        var transaction = try index.environment.beginWrite()
        for number in numbers { _ = try transaction.delete(transaction.databases.files, RowKey.number(number)) }
        try index.commit(transaction)
    }

    /// Checks that files which the index does not know hold nothing that was acknowledged.
    /// - Throws: `io` when they do: then the index is older than they are.
    private func checkUnknown(from next: NextNumbers) throws(StoreError) {
        var number = next.file
        while RootLayout.exists(directory.appending(ChunkFileHeader.name(number))) {
            let path = directory.appending(ChunkFileHeader.name(number))
            do {
                let file = try OpenFile(number, at: path, mode: .readOnly, disk: disk)
                var scanner = RecordScanner(file, end: try disk.length(file.descriptor), disk: disk)
                if try hasLaterCommit(&scanner, than: next.commit) { throw StoreError.olderIndex(path) }
            } catch let error as StoreError {
                throw error
            } catch {
                throw .disk("read", path, error as? Errno ?? .ioError)
            }
            number += 1
        }
    }

    /// Removes files that were begun and never committed. They are found by their numbers, not by listing, and
    /// removed from the last to the first, so that an interruption leaves no gap to hide the rest.
    private func removeUnknown(from first: UInt32) throws(StoreError) {
        var end = first
        while RootLayout.exists(directory.appending(ChunkFileHeader.name(end))) { end += 1 }
        guard end > first else { return }
        for number in (first..<end).reversed() {
            let path = directory.appending(ChunkFileHeader.name(number))
            logger.info("removing a chunk file that was never acknowledged", metadata: ["chunkfile.path": "\(path)"])
            do throws(Errno) {
                try disk.remove(path)
            } catch {
                throw .disk("remove", path, error)
            }
        }
        try sync(directory)
    }
}
