internal import Chunking
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Appends records to the newest chunk file and begins the next when it is full.
///
/// Nothing here is durable or visible by itself: the writer syncs what a ``SyncPoint`` names, then commits rows.
final class ChunkAppender: Sendable {
    /// Who may use how much of the disk.
    enum Reserve {
        /// New content leaves the reserve free: room in which the index can commit, deletions can be written and chunk
        /// files be compacted.
        case content
        /// All else leaves 1 MiB.
        case bookkeeping
    }

    struct Tail {
        let file: OpenFile
        var length: UInt64
        /// How far the kernel was asked to write.
        var written: UInt64 = 0
    }

    struct Changed {
        let file: OpenFile
        var length: UInt64
        var state: FileRow.State
    }

    struct State {
        var tail: Tail?
        var nextFile: UInt32
        var changed: [UInt32: Changed] = [:]
        var needsDirectorySync = false
        var poison: StoreError?
        /// How many records of each file were appended whose rows may not be committed yet.
        var pins: [UInt32: Int] = [:]
    }

    /// The kernel is asked to write each time that so much was appended. Bytes.
    private static let writebackByteCount: UInt64 = 8 << 20

    private let directory: FilePath
    private let fileSize: UInt64
    private let salt: RootSalt
    private let contentReserve: UInt64
    private let disk: Disk
    private let clock: @Sendable () -> UInt64
    private let nextSequence: Atomic<UInt64>
    private let nextCommit: Atomic<UInt64>
    let state: Mutex<State>
    /// How much was appended since the store was opened. Bytes.
    let appendedBytes = Atomic<UInt64>(0)

    /// Goes on where the index says that appending had come to.
    /// - Parameter tail: the newest file that is not full, already cut at its committed length.
    init(
        in directory: FilePath, salt: RootSalt, fileSize: UInt64, reserve: UInt64, next: NextNumbers,
        tail: (file: OpenFile, length: UInt64)?,
        disk: Disk, clock: @escaping @Sendable () -> UInt64
    ) {
        self.directory = directory
        self.fileSize = fileSize
        self.salt = salt
        contentReserve = reserve
        self.disk = disk
        self.clock = clock
        nextSequence = Atomic(next.sequence)
        nextCommit = Atomic(next.commit)
        state = Mutex(State(tail: tail.map { Tail(file: $0.file, length: $0.length) }, nextFile: next.file))
    }

    /// Appends a record whose body `writeBody` appends. What a failure leaves of it is cut off again.
    /// - Throws: `diskFull`, `poisoned`, `io`.
    func append(
        _ kind: RecordKind, detail: UInt8 = 0, project: UInt32 = 0, reserve: Reserve = .content,
        _ writeBody: (inout [UInt8]) -> Void
    ) throws(StoreError) -> (location: Location, pin: FilePin, sequence: UInt64) {
        try checkHealth()
        // Hashing takes longer than writing, so it is done before the lock is taken; the numbers within a file
        // are therefore not quite in order.
        let stamp = nextStamp()
        guard
            let record = RecordHeader.encode(
                kind, detail: detail, project: project, stamp: stamp, salt: salt, writeBody)
        else {
            throw StoreError(.invalidContent, "a record of kind \(kind) would be longer than a record can be")
        }
        let (location, pin) = try append(record.bytes, length: record.length, reserve)
        return (location, pin, stamp.sequence)
    }

    /// Appends a copy of `record`, which keeps its numbers.
    /// - Throws: `diskFull`, `poisoned`, `io`.
    func append(copyOf record: StoredRecord) throws(StoreError) -> (location: Location, pin: FilePin) {
        let padding = Int(RecordHeader.padded(record.bytes.count)) - record.bytes.count
        return try append(
            record.bytes + [UInt8](repeating: 0, count: padding), length: record.bytes.count, .bookkeeping)
    }

    private func append(
        _ bytes: [UInt8], length: Int, _ reserve: Reserve
    ) throws(StoreError) -> (location: Location, pin: FilePin) {
        try state.withLock { state throws(StoreError) in
            if let poison = state.poison { throw poison }
            guard hasRoom(for: UInt64(bytes.count), reserve) else {
                throw .disk("append to a chunk file in", directory, .noSpace)
            }
            let tail = try openTail(&state)
            try write(bytes, at: tail.length, of: tail.file, &state)
            let end = tail.length + UInt64(bytes.count)
            appendedBytes.add(UInt64(bytes.count), ordering: .relaxed)
            state.tail?.length = end
            if end - tail.written >= Self.writebackByteCount {
                disk.beginWriteback(tail.file.descriptor, tail.written, end - tail.written)
                state.tail?.written = end
            }
            state.changed[tail.file.number] = Changed(file: tail.file, length: end, state: .open)
            state.pins[tail.file.number, default: 0] += 1
            return (
                Location(file: tail.file.number, length: UInt32(length), offset: tail.length),
                FilePin(tail.file.number, of: self)
            )
        }
    }

    private func nextStamp() -> RecordStamp {
        RecordStamp(
            sequence: nextSequence.add(1, ordering: .relaxed).oldValue, commit: nextCommit.load(ordering: .relaxed))
    }

    /// - Throws: `poisoned` when nothing may be written any more.
    func checkHealth() throws(StoreError) {
        if let poison = state.withLock({ $0.poison }) { throw poison }
    }

    /// Stops all writes; the first reason stays.
    func poison(_ error: StoreError) {
        state.withLock { state in
            if state.poison == nil { state.poison = error }
        }
    }

    /// Whether so many more bytes leave `reserve` free. A file system that does not say how much is left will say ENOSPC.
    func hasRoom(for count: UInt64, _ reserve: Reserve = .content) -> Bool {
        guard let free = try? disk.freeBytes(directory) else { return true }
        return free >= count + (reserve == .content ? contentReserve : 1 << 20)
    }

    private func write(
        _ bytes: [UInt8], at offset: UInt64, of file: OpenFile, _ state: inout State
    ) throws(StoreError) {
        do throws(Errno) {
            try unsafe disk.writeAll(bytes.span.bytes, at: offset, to: file.descriptor)
        } catch {
            do throws(Errno) {
                try disk.truncate(file.descriptor, offset)
            } catch let second {
                state.poison = .poisoned("chunk file \(file.path) could not be cut after a failed write", cause: second)
            }
            throw .disk("write to", file.path, error)
        }
    }
}

// Beginning and ending files.
extension ChunkAppender {
    /// Ends file `number` if it is the one that is appended to.
    func sealTail(_ number: UInt32) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            if let poison = state.poison { throw poison }
            guard let tail = state.tail, tail.file.number == number else { return }
            try seal(tail, &state)
        }
    }

    private func openTail(_ state: inout State) throws(StoreError) -> Tail {
        if let tail = state.tail {
            if tail.length < fileSize { return tail }
            try seal(tail, &state)
        }
        let number = state.nextFile
        let path = directory.appending(ChunkFileHeader.name(number))
        let file: OpenFile
        do throws(Errno) {
            // Whatever went wrong with the numbers, no chunk file is ever overwritten.
            file = try OpenFile(number, at: path, mode: .readWrite, options: [.create, .exclusiveCreate], disk: disk)
        } catch {
            throw .disk("create", path, error)
        }
        let header = ChunkFileHeader(number: number, created: clock(), salt: salt).encoded()
        do throws(StoreError) {
            try write(header, at: 0, of: file, &state)
        } catch {
            // If it cannot be removed, the next try fails at its name, until a start clears it away.
            try? disk.remove(path)
            throw error
        }
        let tail = Tail(file: file, length: UInt64(header.count))
        state.nextFile += 1
        state.tail = tail
        state.needsDirectorySync = true
        state.changed[number] = Changed(file: file, length: tail.length, state: .open)
        return tail
    }

    /// Writes the footer. Walking the file for it costs milliseconds every 256 MiB, and spares keeping the table.
    private func seal(_ tail: Tail, _ state: inout State) throws(StoreError) {
        var footer = Footer()
        var scanner = RecordScanner(tail.file, end: tail.length, disk: disk)
        do throws(Errno) {
            while let (offset, header) = try scanner.next() {
                footer.items.append(
                    Footer.Item(offset: offset, bodyLength: header.bodyLength, kind: header.kind.rawValue))
            }
        } catch {
            throw .disk("read", tail.file.path, error)
        }
        let sealed = scanner.position == tail.length
        var end = tail.length
        if sealed,
            let record = RecordHeader.encode(
                .seal, project: 0, stamp: nextStamp(), salt: salt, { footer.encode(at: tail.length, into: &$0) })
        {
            try write(record.bytes, at: tail.length, of: tail.file, &state)
            end += UInt64(record.bytes.count)
        }
        state.changed[tail.file.number] = Changed(
            file: tail.file, length: end, state: sealed ? .sealed : .abandoned)
        state.tail = nil
    }
}

// Making durable what was appended.
extension ChunkAppender {
    /// What was appended, up to a moment, and is not in the index yet.
    struct SyncPoint {
        struct Item {
            let file: OpenFile
            let length: UInt64
            let state: FileRow.State
        }

        let items: [Item]
        let needsDirectorySync: Bool
        let nextFile: UInt32
        let nextSequence: UInt64
        /// The number of the commit that makes this known.
        let commit: UInt64
    }

    /// The present moment. Everything that is appended already has a lower sequence number than it says.
    func syncPoint() -> SyncPoint {
        state.withLock { state in
            SyncPoint(
                items: state.changed.values.map { SyncPoint.Item(file: $0.file, length: $0.length, state: $0.state) },
                needsDirectorySync: state.needsDirectorySync, nextFile: state.nextFile,
                nextSequence: nextSequence.load(ordering: .relaxed), commit: nextCommit.load(ordering: .relaxed))
        }
    }

    /// Makes durable what `point` names. A failure stops all writes: the kernel may have dropped what it could not
    /// write, and would say nothing the second time.
    func sync(_ point: SyncPoint) throws(StoreError) {
        for item in point.items {
            do throws(Errno) {
                try disk.sync(item.file.descriptor)
            } catch {
                throw stop("chunk file \(item.file.path) could not be synced (\(error))", error)
            }
        }
        guard point.needsDirectorySync else { return }
        do throws(Errno) {
            try disk.syncDirectory(directory)
        } catch {
            throw stop("directory \(directory) could not be synced (\(error))", error)
        }
    }

    private func stop(_ reason: String, _ cause: Errno) -> StoreError {
        let error = StoreError.poisoned(reason, cause: cause)
        poison(error)
        return error
    }

    /// Notes that the index knows of what `point` names.
    func didCommit(_ point: SyncPoint) {
        state.withLock { state in
            for item in point.items {
                guard let changed = state.changed[item.file.number], changed.length == item.length,
                    changed.state == item.state
                else { continue }
                state.changed[item.file.number] = nil
            }
            if state.nextFile == point.nextFile { state.needsDirectorySync = false }
            nextCommit.store(point.commit + 1, ordering: .relaxed)
        }
    }
}
