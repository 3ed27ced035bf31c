import ChunkStore

/// What `stats` tells, under names that stay.
///
/// The ratio of logical to stored bytes has four factors: whole layers that several images name, chunks that several
/// layers have, files stored as differences, and compression.
struct StatisticsReport: Codable, Sendable, Hashable {
    /// How much each way of keeping less contributes; 1 for nothing.
    struct Ratios: Codable, Sendable, Hashable {
        /// Bytes of the layers that all images name, by bytes of distinct layers.
        var wholeLayer: Double
        /// Bytes of distinct layers, by bytes of distinct chunks.
        var chunk: Double
        /// Bytes that frames would have if differences were compressed like the other frames, by bytes of frames.
        var delta: Double
        /// Bytes of distinct chunks, by bytes that frames would have without differences.
        var compression: Double
    }

    /// What one project has.
    struct Project: Codable, Sendable, Hashable {
        var name: String
        var logicalBytes: UInt64
        var uniqueBytes: UInt64
        var heldBytes: UInt64
        var looseBytes: UInt64
        var pinnedBytes: UInt64
        var layers: UInt64
        var steps: UInt64

        enum CodingKeys: String, CodingKey {
            case name
            case logicalBytes = "bytes.logical"
            case uniqueBytes = "bytes.unique"
            case heldBytes = "bytes.held"
            case looseBytes = "bytes.loose"
            case pinnedBytes = "bytes.pinned"
            case layers, steps
        }
    }

    var logicalBytes: UInt64
    var uniqueBytes: UInt64
    var storedBytes: UInt64
    var indexBytes: UInt64
    var liveBytes: UInt64
    var pinnedBytes: UInt64
    var chunks: UInt64
    var layers: UInt64
    var steps: UInt64
    var frames: UInt64
    var deltaFrames: UInt64
    var chunkFiles: UInt64
    var ratios: Ratios
    var projects: [Project]
    /// The build caches of tags that were merged, trimmed or could not be.
    var caches: BuildCacheCounts
    var upkeep: UpkeepTimes
    /// How many chunks there are of up to so many bytes.
    var chunkSizes: [SizeCount]?
    /// How many frames there are of up to so many uncompressed bytes.
    var frameSizes: [SizeCount]?

    enum CodingKeys: String, CodingKey {
        case logicalBytes = "bytes.logical"
        case uniqueBytes = "bytes.unique"
        case storedBytes = "bytes.stored"
        case indexBytes = "bytes.index"
        case liveBytes = "bytes.live"
        case pinnedBytes = "bytes.pinned"
        case chunks, layers, steps, frames
        case deltaFrames = "frames.delta"
        case chunkFiles = "chunkfiles"
        case ratios, projects, caches, upkeep
        case chunkSizes = "chunks.sizes"
        case frameSizes = "frames.sizes"
    }
}

extension StatisticsReport {
    /// Asks `store`. O(projects + tags + merged build caches), with `histograms` O(chunks).
    init(of store: Store, histograms: Bool) throws(StoreError) {
        let statistics = try store.statistics()
        var pinned: [String: UInt64] = [:]
        for project in statistics.projects { pinned[project.name] = try store.pinnedBytes(in: project.name) }
        self.init(statistics, pinned: pinned)
        caches = try BuildCacheCounts(of: store)
        upkeep = try store.upkeepTimes()
        guard histograms else { return }
        (chunkSizes, frameSizes) = try store.sizeCounts()
    }

    private init(_ statistics: Statistics, pinned: [String: UInt64]) {
        logicalBytes = statistics.logicalBytes
        uniqueBytes = statistics.uniqueBytes
        storedBytes = statistics.storedBytes
        indexBytes = statistics.indexBytes
        liveBytes = statistics.liveBytes
        pinnedBytes = pinned.values.reduce(0, +)
        chunks = statistics.chunks
        layers = statistics.layers
        steps = statistics.steps
        frames = statistics.frames
        deltaFrames = statistics.deltaFrames
        chunkFiles = statistics.chunkFiles
        ratios = Ratios(statistics)
        projects = statistics.projects.map { project in
            Project(
                name: project.name, logicalBytes: project.logicalBytes, uniqueBytes: project.uniqueBytes,
                heldBytes: project.heldBytes, looseBytes: project.looseBytes, pinnedBytes: pinned[project.name] ?? 0,
                layers: project.layers, steps: project.steps)
        }
        caches = BuildCacheCounts()
        upkeep = UpkeepTimes()
    }

    /// As lines for people.
    var table: String {
        var rows = [
            ("logical", ByteCount.describe(logicalBytes)), ("unique", ByteCount.describe(uniqueBytes)),
            ("stored", ByteCount.describe(storedBytes)), ("live", ByteCount.describe(liveBytes)),
            ("pinned", ByteCount.describe(pinnedBytes)), ("index", ByteCount.describe(indexBytes)),
            ("chunks", "\(chunks)"), ("layers", "\(layers)"), ("steps", "\(steps)"),
            ("frames", "\(frames), of which \(deltaFrames) are differences"), ("chunk files", "\(chunkFiles)"),
            (
                "ratio",
                "layers \(ratios.wholeLayer.tenths) × chunks \(ratios.chunk.tenths) × "
                    + "differences \(ratios.delta.tenths) × compression \(ratios.compression.tenths)"
            ),
        ]
        for project in projects {
            rows.append(
                (
                    "project \(project.name)",
                    "logical \(ByteCount.describe(project.logicalBytes)), unique \(ByteCount.describe(project.uniqueBytes)), "
                        + "\(project.layers) layers, \(project.steps) steps"
                ))
        }
        if caches.tags > 0 { rows.append(("build caches", caches.description)) }
        rows += (chunkSizes ?? []).map { ("chunks up to \(ByteCount.describe($0.bytes))", "\($0.count)") }
        rows += (frameSizes ?? []).map { ("frames up to \(ByteCount.describe($0.bytes))", "\($0.count)") }
        return rows.aligned
    }
}

extension StatisticsReport.Ratios {
    init(_ statistics: Statistics) {
        func ratio(_ above: Double, _ below: Double) -> Double { below > 0 && above > 0 ? above / below : 1 }
        let plainRaw = Double(statistics.frameRawBytes - min(statistics.frameRawBytes, statistics.deltaRawBytes))
        let plain = Double(statistics.frameBytes - min(statistics.frameBytes, statistics.deltaBytes))
        compression = ratio(plainRaw, plain)
        let whole = plain + Double(statistics.deltaRawBytes) / compression
        delta = ratio(whole, Double(statistics.frameBytes))
        chunk = ratio(Double(statistics.logicalBytes), Double(statistics.uniqueBytes))
        wholeLayer = max(1, ratio(Double(statistics.namedBytes), Double(statistics.logicalBytes)))
    }
}

extension Double {
    /// With one decimal.
    fileprivate var tenths: String {
        let value = Int((self * 10).rounded())
        return "\(value / 10).\(value % 10)"
    }
}
