internal import Logging
internal import SystemPackage

/// The LMDB environment of an open store. Small rows only; everything in it can be rebuilt from chunk files.
final class Index: Sendable {
    private static let nearlyFull: UInt64 = 1 << 20

    let environment: Environment
    let directory: FilePath
    private let disk: Disk

    init(
        in directory: FilePath, sizeMaximum: Int, lock: RootLock, disk: Disk, logger: Logger
    ) throws(StoreError) {
        environment = try Environment(at: directory, mapSizeMaximum: sizeMaximum, lock: lock, logger: logger)
        self.directory = directory
        self.disk = disk
    }

    /// Runs `body` on a snapshot; keep it short.
    func read<R>(_ body: (borrowing Transaction) throws(StoreError) -> R) throws(StoreError) -> R {
        try environment.read(body)
    }

    /// Commits a transaction of the one writer.
    func commit(_ transaction: consuming Transaction) throws(StoreError) {
        try transaction.commit()
        disk.didCommit()
    }

    var isDiskNearlyFull: Bool {
        guard let free = try? disk.freeBytes(directory) else { return false }
        return free < Self.nearlyFull
    }
}
