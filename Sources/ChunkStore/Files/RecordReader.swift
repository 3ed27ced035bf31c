internal import Chunking
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Reads records of chunk files and verifies their checksums.
final class RecordReader: Sendable {
    private static let reportedMaximum = 4096

    private let files: OpenFiles
    private let disk: Disk
    private let logger: Logger
    private let reported = Mutex<Set<Location>>([])
    private let damage = Atomic(false)

    init(in directory: FilePath, disk: Disk, logger: Logger) {
        files = OpenFiles(in: directory, disk: disk)
        self.disk = disk
        self.logger = logger
    }

    /// Whether anything was found damaged or lost since the store was opened.
    var hasSeenDamage: Bool { damage.load(ordering: .relaxed) }

    /// Notes that a chunk file has lost something.
    func noteDamage() {
        damage.store(true, ordering: .relaxed)
    }

    /// The record at `location`; `nil` when it is damaged or gone for good, which is logged once.
    /// - Parameter verifying: whether its checksum is looked at; those who check the content by themselves need not.
    /// - Throws: `io` when the disk refuses, which may pass.
    func record(
        at location: Location, _ kind: RecordKind, verifying: Bool = true
    ) throws(StoreError) -> StoredRecord? {
        guard Int(location.length) <= RecordHeader.byteCount + RecordHeader.bodyMaximum else { return nil }
        // What fails its checksum is read once more, since the memory it passed through may be to blame.
        for _ in 0..<2 {
            guard let bytes = try bytes(at: location) else { break }
            guard bytes.count == Int(location.length) else { break }
            if let header = unsafe RecordHeader(bytes.span.bytes), header.kind == kind,
                header.recordLength == bytes.count, unsafe !verifying || header.matches(bytes.span.bytes)
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
            return try disk.read(file.descriptor, location.offset, Int(location.length))
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .disk("read chunk file \(location.file) in", root, error)
        }
    }

    private var root: FilePath { files.directory }

    /// Says once that the record at `location` is damaged.
    func report(_ location: Location, _ kind: RecordKind) {
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
