import ChunkStore

/// `GET …/storage`: what a project stores, and what not storing things twice saves.
struct StorageAnswer: Encodable, Sendable {
    /// Of all blobs, each once. Bytes.
    let logicalBytes: UInt64
    /// Of blobs, once for each image that names them. Bytes.
    let namedBytes: UInt64
    /// Of the chunks that they need, uncompressed. Bytes.
    let uniqueBytes: UInt64
    /// Of chunks that are kept only because others are differences from them. Bytes.
    let heldBytes: UInt64
    /// Of chunks that nothing needs, until their lease is over. Bytes.
    let looseBytes: UInt64
    let blobs: UInt64
    let layers: UInt64
    let steps: UInt64

    init(_ project: Statistics.Project) {
        (logicalBytes, namedBytes, uniqueBytes) = (project.logicalBytes, project.namedBytes, project.uniqueBytes)
        (heldBytes, looseBytes) = (project.heldBytes, project.looseBytes)
        (blobs, layers, steps) = (project.blobs, project.layers, project.steps)
    }
}

/// `GET /api/v1/storage`: what the whole server stores, for who may read all projects.
struct ServerStorageAnswer: Encodable, Sendable {
    let logicalBytes: UInt64
    let uniqueBytes: UInt64
    let storedBytes: UInt64
    let indexBytes: UInt64
    let liveBytes: UInt64
    let freeBytes: UInt64?
    let chunks: UInt64
    let layers: UInt64
    let steps: UInt64
    let chunkFiles: UInt64
    /// How many times less each way of saving space keeps.
    let ratios: StatisticsReport.Ratios

    init(_ statistics: Statistics, _ load: StoreLoad) {
        (logicalBytes, uniqueBytes) = (statistics.logicalBytes, statistics.uniqueBytes)
        (storedBytes, indexBytes) = (statistics.storedBytes, statistics.indexBytes)
        (liveBytes, freeBytes) = (statistics.liveBytes, load.freeBytes)
        (chunks, layers, steps) = (statistics.chunks, statistics.layers, statistics.steps)
        chunkFiles = statistics.chunkFiles
        ratios = StatisticsReport.Ratios(statistics)
    }
}
