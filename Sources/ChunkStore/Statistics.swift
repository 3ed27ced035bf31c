/// What a store holds.
public struct Statistics: Sendable, Codable, Hashable {
    /// What one project has. Bytes and counts.
    public struct Project: Sendable, Codable, Hashable {
        /// The project's name.
        public var name = ""
        /// Bytes of its blobs.
        public var logicalBytes: UInt64 = 0
        /// Bytes of blobs, counted once for each image that names them.
        public var namedBytes: UInt64 = 0
        /// Uncompressed bytes of the chunks that its blobs need. A quota limits these and ``heldBytes`` together.
        public var uniqueBytes: UInt64 = 0
        /// Uncompressed bytes of chunks kept only because others are stored as differences from them.
        public var heldBytes: UInt64 = 0
        /// Uncompressed bytes of chunks that nothing needs; collected when their leases are over.
        public var looseBytes: UInt64 = 0
        /// Blobs.
        public var blobs: UInt64 = 0
        /// Blobs that are layers.
        public var layers: UInt64 = 0
        /// Step records.
        public var steps: UInt64 = 0

        /// All zero.
        public init() {}
    }

    /// Bytes of all blobs, each counted once per project that has it.
    public var logicalBytes: UInt64 = 0
    /// Bytes of blobs, counted once for each image that names them.
    public var namedBytes: UInt64 = 0
    /// Uncompressed bytes of the chunks kept.
    public var uniqueBytes: UInt64 = 0
    /// Bytes of chunk files and index on disk.
    public var storedBytes: UInt64 = 0
    /// Bytes of the index.
    public var indexBytes: UInt64 = 0
    /// Bytes of records in chunk files that something needs.
    public var liveBytes: UInt64 = 0
    /// Chunks kept.
    public var chunks: UInt64 = 0
    /// Blobs that are layers, each counted once per project.
    public var layers: UInt64 = 0
    /// Step records.
    public var steps: UInt64 = 0
    /// Chunk files.
    public var chunkFiles: UInt64 = 0
    /// Frames of which something is needed.
    public var frames: UInt64 = 0
    /// Uncompressed bytes of frames.
    public var frameRawBytes: UInt64 = 0
    /// Bytes of frames in chunk files.
    public var frameBytes: UInt64 = 0
    /// Frames that are differences from others.
    public var deltaFrames: UInt64 = 0
    /// Uncompressed bytes of those.
    public var deltaRawBytes: UInt64 = 0
    /// Bytes of those in chunk files.
    public var deltaBytes: UInt64 = 0
    /// Every project, in the order in which they were made.
    public var projects: [Project] = []

    /// All zero.
    public init() {}
}

extension Store {
    /// What the store holds, from counters that are kept in step with it. O(projects).
    /// - Throws: `io`, `closed`.
    public func statistics() throws(StoreError) -> Statistics {
        try use { core throws(StoreError) in
            let (counters, projects) = try core.index.read { transaction throws(StoreError) in
                var projects: [(name: String, counters: ProjectCounters)] = []
                for (name, id) in try transaction.projects() {
                    projects.append((name, try transaction.projectCounters(id)))
                }
                return (try transaction.counters(), projects)
            }
            var statistics = Statistics(counters, indexBytes: core.index.environment.byteCount)
            for (name, counters) in projects { statistics.add(Statistics.Project(name, counters)) }
            return statistics
        }
    }
}

extension Statistics {
    fileprivate init(_ counters: Counters, indexBytes: UInt64) {
        uniqueBytes = counters.uniqueBytes
        storedBytes = counters.fileBytes + indexBytes
        self.indexBytes = indexBytes
        liveBytes = counters.liveBytes
        chunks = counters.chunks
        chunkFiles = counters.files
        frames = counters.frames
        frameRawBytes = counters.frameRawBytes
        frameBytes = counters.frameBytes
        deltaFrames = counters.deltaFrames
        deltaRawBytes = counters.deltaRawBytes
        deltaBytes = counters.deltaBytes
    }

    fileprivate mutating func add(_ project: Project) {
        projects.append(project)
        logicalBytes += project.logicalBytes
        namedBytes += project.namedBytes
        layers += project.layers
        steps += project.steps
    }
}

extension Statistics.Project {
    fileprivate init(_ name: String, _ counters: ProjectCounters) {
        self.name = name
        logicalBytes = counters.logicalBytes
        namedBytes = counters.namedBytes
        uniqueBytes = counters.claimedBytes
        heldBytes = counters.heldBytes
        looseBytes = counters.looseBytes
        blobs = counters.blobs
        layers = counters.layers
        steps = counters.steps
    }
}
