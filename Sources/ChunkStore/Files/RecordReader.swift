internal import Chunking
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Reads records of chunk files and verifies their checksums.
final class RecordReader: Sendable {
    private static let reportedMaximum = 4096

    /// Where the memory of records comes from, and may be given back to.
    let pool = BytePool()
    private let files: OpenFiles
    private let disk: Disk
    let salt: RootSalt
    private let logger: Logger
    private let reported = Mutex<Set<Location>>([])
    private let damage = Atomic(false)
    /// How much was read of chunk files since the store was opened. Bytes.
    let readBytes = Atomic<UInt64>(0)
    private let retired = Mutex<Set<UInt32>>([])

    init(in directory: FilePath, salt: RootSalt, disk: Disk, logger: Logger) {
        self.salt = salt
        files = OpenFiles(in: directory, disk: disk)
        self.disk = disk
        self.logger = logger
    }

    /// Whether anything was found damaged or lost since the store was opened.
    var hasSeenDamage: Bool { damage.load(ordering: .relaxed) }

    /// Notes that nothing in a chunk file is needed any more, and that it is about to be removed: whoever still looks for
    /// something there finds nothing, without taking it for damage.
    func retire(_ file: UInt32) {
        _ = retired.withLock { $0.insert(file) }
        files.forget(file)
    }

    /// Notes that a chunk file has lost something.
    func noteDamage() {
        damage.store(true, ordering: .relaxed)
    }

    /// The record at `location`, its checksum verified; `nil` when it is damaged or gone for good, which is logged once.
    /// - Throws: `io` when the disk refuses, which may pass.
    func record(at location: Location, _ kind: RecordKind) throws(StoreError) -> StoredRecord? {
        guard location.isPresent, Int(location.length) <= RecordHeader.byteCount + RecordHeader.bodyMaximum else {
            return nil
        }
        // What fails its checksum is read once more, since the memory it passed through may be to blame.
        for _ in 0..<2 {
            guard let bytes = try bytes(at: location) else { break }
            guard bytes.count == Int(location.length) else { break }
            if let header = unsafe RecordHeader(bytes.span.bytes), header.kind == kind,
                header.recordLength == bytes.count, unsafe header.matches(bytes.span.bytes, salt)
            {
                return StoredRecord(header: header, bytes: bytes)
            }
        }
        report(location, kind)
        return nil
    }

    private func bytes(at location: Location) throws(StoreError) -> [UInt8]? {
        do throws(Errno) {
            let file = try files.file(location.file)
            var bytes = pool.take(Int(location.length))
            try disk.readInto(file.descriptor, location.offset, Int(location.length), &bytes)
            readBytes.add(UInt64(bytes.count), ordering: .relaxed)
            return bytes
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .disk("read chunk file \(location.file) in", root, error)
        }
    }

    /// What the chunk files are in.
    var directory: FilePath { files.directory }

    private var root: FilePath { files.directory }

    /// The header of the record at `location`; `nil` when there is none.
    func header(at location: Location) throws(StoreError) -> RecordHeader? {
        let start = Location(file: location.file, length: UInt32(RecordHeader.byteCount), offset: location.offset)
        guard let bytes = try bytes(at: start) else { return nil }
        return unsafe RecordHeader(bytes.span.bytes)
    }

    /// A walk over the records of a chunk file up to `end`; `nil` when the file is gone.
    func scanner(of number: UInt32, end: UInt64) throws(StoreError) -> RecordScanner? {
        do throws(Errno) {
            return RecordScanner(try files.file(number), end: end, disk: disk)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .disk("open chunk file \(number) in", root, error)
        }
    }

    /// The next record's place and header; `nil` at the end or where there is no header.
    func next(
        _ scanner: inout RecordScanner, in number: UInt32
    ) throws(StoreError) -> (offset: UInt64, header: RecordHeader)? {
        do throws(Errno) {
            return try scanner.next()
        } catch {
            throw .disk("read chunk file \(number) in", root, error)
        }
    }

    /// A walk over all records of a chunk file up to `end`, past what is damaged; `nil` when the file is gone.
    func walk(of number: UInt32, end: UInt64) throws(StoreError) -> ChunkFileWalk? {
        do throws(Errno) {
            let file = try files.file(number)
            return try ChunkFileWalk(
                file, end: min(end, try disk.length(file.descriptor)), salt: salt, disk: disk)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .disk("open chunk file \(number) in", root, error)
        }
    }

    /// The next record or damage; `nil` at the end.
    func next(_ walk: inout ChunkFileWalk, in number: UInt32) throws(StoreError) -> ChunkFileWalk.Step? {
        do throws(Errno) {
            return try walk.next()
        } catch {
            throw .disk("read chunk file \(number) in", root, error)
        }
    }

    /// Removes a chunk file for good; one that is gone already is no error.
    func remove(_ number: UInt32) throws(StoreError) {
        let path = root.appending(ChunkFileHeader.name(number))
        do throws(Errno) {
            try disk.remove(path)
        } catch .noSuchFileOrDirectory {
            // An earlier try came so far.
        } catch {
            throw .disk("remove", path, error)
        }
        do throws(Errno) {
            try disk.syncDirectory(root)
        } catch {
            throw .disk("sync directory", root, error)
        }
    }

    /// Says once that the record at `location` is damaged.
    func report(_ location: Location, _ kind: RecordKind) {
        if retired.withLock({ $0.contains(location.file) }) { return }
        noteDamage()
        let isNew = reported.withLock { reported in
            if reported.count >= Self.reportedMaximum { reported.removeAll() }
            return reported.insert(location).inserted
        }
        guard isNew else { return }
        logger.error(
            "a record of a chunk file is damaged; what needs it counts as missing until it is stored again",
            metadata: [
                "chunkfile.number": "\(location.file)", "record.offset": "\(location.offset)",
                "record.kind": "\(kind)",
            ])
    }
}
