internal import Chunking
internal import Compression
internal import Glibc
internal import Logging
internal import SystemPackage

/// What an open store consists of.
final class Core: Sendable {
    let options: Store.Options
    let logger: Logger
    let disk: Disk
    let directory: FilePath
    let format: RootFormat
    /// How much of the disk new content leaves free. Bytes.
    let reserve: UInt64
    let index: Index
    let appender: ChunkAppender
    let reader: RecordReader
    let writer: Writer
    let decoders = DecoderPool()
    let frames = FrameCache()
    let readAhead = ReadAhead()
    let clock: StoreClock
    let leases: Leases
    let recentUse = RecentUse()
    let upkeep = Upkeep()

    /// Opens everything in a root that is prepared and locked by `lock`.
    init(
        _ layout: RootLayout, _ format: RootFormat, _ lock: RootLock, _ options: Store.Options, disk: Disk,
        logger: Logger
    ) throws(StoreError) {
        self.options = options
        self.disk = disk
        directory = layout.chunks
        self.format = format
        reserve = options.diskReserve ?? Self.reserve(for: layout.chunks, disk)
        self.logger = logger
        index = try Index(
            in: layout.index, sizeMaximum: options.indexSizeMaximum, lock: lock, disk: disk, logger: logger)
        let recovery = ChunkFileRecovery(
            directory: layout.chunks, salt: format.salt, index: index, disk: disk, logger: logger)
        let found = try recovery.run()
        appender = ChunkAppender(
            in: layout.chunks, salt: format.salt, fileSize: options.chunkFileSize, reserve: reserve, next: found.next,
            tail: found.tail, disk: disk,
            clock: { UInt64(max(0, time(nil))) })
        reader = RecordReader(in: layout.chunks, salt: format.salt, disk: disk, logger: logger)
        if found.hasLoss { reader.noteDamage() }
        clock = StoreClock(start: found.next.clock, monotonic: options.monotonicSeconds)
        leases = Leases(length: options.leasePeriod, clock: clock)
        writer = try Writer(index, appender, clock: clock, usageInterval: options.usageInterval, logger: logger)
        try releasePartials()
    }

    /// 512 MiB, or a twentieth of a small disk.
    private static func reserve(for directory: FilePath, _ disk: Disk) -> UInt64 {
        guard let total = try? disk.totalBytes(directory) else { return 512 << 20 }
        return min(512 << 20, max(8 << 20, total / 20))
    }
}
