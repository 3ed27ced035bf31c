import FoundationEssentials
import Synchronization
import SystemPackage

/// The file that a queue is kept in: lines are appended, and it is written anew when most of them are of no use any more.
/// Calls of one writer at a time; ``makeDurable(upTo:)`` from any thread. All block.
final class QueueFile: Sendable {
    private let descriptor: FileDescriptor
    private let disk: RootDisk
    private let end: Atomic<Int>
    /// How much is on disk for sure. Those who want more wait for each other here, so that one sync is for all of them.
    private let synced: Mutex<Int>

    private init(_ descriptor: FileDescriptor, length: Int, _ disk: RootDisk) {
        self.descriptor = descriptor
        self.disk = disk
        end = Atomic(length)
        synced = Mutex(length)
    }

    deinit {
        try? descriptor.close()
    }

    /// How long it is. Bytes.
    var length: Int { end.load(ordering: .relaxed) }

    /// The records of the file at `path`, as far as they are whole, and whether something else was there.
    static func read(_ path: FilePath) throws -> (records: [QueueRecord], isDamaged: Bool) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path.string))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return ([], false)
        }
        let lines = [UInt8](data).split(separator: UInt8(ascii: "\n"))
        let records = lines.compactMap { QueueRecord(line: $0) }
        return (records, records.count < lines.count)
    }

    /// A file with `lines` alone, durable, in the place of the one at `path`.
    /// - Throws: as ``RootDisk/replace(_:with:)``.
    static func replacing(_ path: FilePath, with lines: [UInt8], _ disk: RootDisk) throws -> QueueFile {
        QueueFile(try disk.replacing(path, with: lines), length: lines.count, disk)
    }

    /// Appends lines; they are durable later. Where they end.
    func append(_ lines: [UInt8]) throws -> Int {
        try disk.append(descriptor, lines)
        return end.add(lines.count, ordering: .relaxed).newValue
    }

    /// Makes what was appended up to `position` durable.
    func makeDurable(upTo position: Int) throws {
        try synced.withLock { synced in
            guard synced < position else { return }
            let end = length
            try disk.sync(descriptor)
            synced = end
        }
    }
}
