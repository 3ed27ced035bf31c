internal import Synchronization

/// What an open store is doing, and how much of its disk is left.
public struct StoreLoad: Sendable, Hashable {
    /// Changes of the index that wait for their turn.
    public var waitingChanges = 0
    /// Things that leases hold, each counted by period.
    public var leases = 0
    /// Uploads that hold what they bring.
    public var uploads = 0
    /// Appended to chunk files since the store was opened. Bytes.
    public var appendedBytes: UInt64 = 0
    /// Read from chunk files since the store was opened, without what only background checks read. Bytes.
    public var readBytes: UInt64 = 0
    /// Free on the disk; `nil` when the file system does not say. Bytes.
    public var freeBytes: UInt64?
    /// What uploads leave free. Bytes.
    public var reserveBytes: UInt64 = 0
    /// Whether writes are taken: no disk error has stopped them.
    public var isWritable = true

    /// All zero.
    public init() {}
}

extension Store {
    /// What the store is doing now. O(1), with one question to the file system.
    /// - Throws: `closed`.
    public func load() throws(StoreError) -> StoreLoad {
        try use { core throws(StoreError) in
            var load = StoreLoad()
            load.waitingChanges = core.writer.queueDepth
            (load.leases, load.uploads) = core.leases.counts
            load.appendedBytes = core.appender.appendedBytes.load(ordering: .relaxed)
            load.readBytes = core.reader.readBytes.load(ordering: .relaxed)
            load.freeBytes = try? core.disk.freeBytes(core.directory)
            load.reserveBytes = core.reserve
            do throws(StoreError) { try core.appender.checkHealth() } catch { load.isWritable = false }
            return load
        }
    }
}
