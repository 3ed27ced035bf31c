public import Compression
internal import Glibc
public import Logging
public import SystemPackage

/// A deduplicating store of layers, blobs and small records: append-only chunk files, which are the truth, and
/// an LMDB index of them.
///
/// All calls block and may be made from any thread; none may be made from the Swift concurrency pool. What a
/// call acknowledges by returning is durable. Nothing that one project stored is visible to another.
public final class Store: Sendable {
    /// What can be tuned.
    public struct Options: Sendable {
        /// A chunk file is sealed when it is at least this long. Bytes.
        public var chunkFileSize: UInt64 = 256 << 20
        /// The address space of the index; a sparse upper bound. Bytes.
        public var indexSizeMaximum: Int = 1 << 40
        /// How frames made by the server are compressed.
        public var codec: Codec = .lz4
        /// The level of frames made by the server: of zstd, or with its sign changed the acceleration of lz4 (Compression,
        /// *Throughput of the write path*).
        public var level: Int32 = -16
        /// How much of the disk new content leaves free, so that collection always has room. Bytes; `nil` for 512 MiB or a
        /// twentieth of a small disk.
        public var diskReserve: UInt64?
        /// Chunks are committed when this many wait, so that a long upload needs neither much memory nor a huge
        /// transaction.
        var pendingChunksMaximum = 4096
        /// How long what was reported to be there, or was stored, is kept at least although nothing refers to it.
        /// Seconds for which the store is open; 0 for not at all.
        public var leasePeriod: UInt64 = 7200
        /// About how many chunks one job of the writer claims or gives up, so that no other waits long.
        var claimsPerJob = 2048
        /// How many blobs on their way in may have threads at a time.
        var threadedBlobs = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        /// How exactly the time of last use is kept. Seconds.
        var usageInterval: UInt64 = 600
        /// Seconds that never go back.
        var monotonicSeconds: @Sendable () -> UInt64 = StoreClock.system

        /// The defaults.
        public init() {}
    }

    private struct State {
        var core: Core?
        var users = 0
    }

    /// The directory that everything is in.
    public let root: FilePath
    let options: Options
    let benches: FrameBenches
    /// Of blobs that have threads on their way in: threads hold what waits between them.
    let turns: LimitedTurns
    private let state: Monitor<State>
    private let isReleased = Monitor(false)

    /// Opens the store in `root`, making it when it does not exist. One process owns a root.
    /// - Throws: `rootInUse`, `unsupportedFormat`, `io`, `diskFull`.
    public convenience init(
        opening root: FilePath, options: Options = Options(), logger: Logger
    ) throws(StoreError) {
        try self.init(opening: root, options: options, disk: .system, logger: logger)
    }

    init(opening root: FilePath, options: Options, disk: Disk, logger: Logger) throws(StoreError) {
        self.root = root
        self.options = options
        benches = FrameBenches(codec: options.codec, level: options.level)
        turns = LimitedTurns(options.threadedBlobs)
        let layout = RootLayout(root: root, disk: disk)
        try layout.makeRoot()
        let lock = try RootLock(in: root, isReleased: isReleased, disk: disk)
        let format = try layout.prepare()
        let core = try Core(layout, format, lock, options, disk: disk, logger: logger)
        state = Monitor(State(core: core))
    }

    deinit {
        close()
    }

    /// Waits for calls under way, then gives the root up. Later calls throw `closed`. Idempotent: whoever calls it,
    /// the next owner may come when it returns.
    public func close() {
        shutDown()
        // The index closes with the last reference to the core, which another thread may be just about to drop.
        isReleased.wait { $0 ? () : nil }
    }

    private func shutDown() {
        let core = state.with { state in
            defer { state.core = nil }
            return state.core
        }
        state.wait { $0.users == 0 ? () : nil }
        core?.readAhead.stop()
        core?.writer.stop()
    }

    /// Lends the open store to `body`, and keeps it from being closed meanwhile.
    func use<R>(_ body: (Core) throws(StoreError) -> R) throws(StoreError) -> R {
        let core = try state.with { state throws(StoreError) in
            guard let core = state.core else { throw .closed }
            state.users += 1
            return core
        }
        defer { state.with { $0.users -= 1 } }
        return try body(core)
    }
}
