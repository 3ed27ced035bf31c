import FoundationEssentials
package import HitRates

/// What the work of a server costs, each measured on a real one: the inputs of the simulation. A megabyte has 10^6 bytes, and
/// those of a layer are bytes before compression.
package struct ServerCosts: Codable, Hashable, Sendable {
    /// Where and when it was measured.
    package var measured = ""
    /// Seconds of a processor for each second in which nobody asks anything.
    package var idle = 0.0
    /// For each connection of a client: seconds of a processor.
    package var connection = 0.0
    /// For each look-up of a graph: seconds of a processor.
    package var lookup = 0.0
    /// For each step of such a graph: seconds of a processor.
    package var lookupStep = 0.0
    /// For each step that is recorded, beside the layers that it names: seconds of a processor.
    package var record = 0.0
    /// For each image that is put together, beside the layers that it names: seconds of a processor.
    package var image = 0.0
    /// For each layer of the chain of a record or of an image: seconds of a processor.
    package var chainLayer = 0.0
    /// For each layer that is committed, beside its bytes: seconds of a processor.
    package var layer = 0.0
    /// For each layer that is fetched, beside its bytes: seconds of a processor.
    package var fetch = 0.0
    /// For each new megabyte of layers: seconds of a processor.
    package var upload = 0.0
    /// For each megabyte of layers that is fetched: seconds of a processor.
    package var download = 0.0
    /// For each new megabyte, once, when the server is idle (packing, compaction): seconds of a processor.
    package var maintenance = 0.0
    /// For each chunk that is collected since nothing needs it any more: seconds of a processor.
    package var collection = 0.0
    /// Bytes up for each new byte of layers.
    package var wireUp = 0.0
    /// Bytes down for each byte of layers that is fetched.
    package var wireDown = 0.0
    /// Bytes up and down for each step of a graph that is looked up.
    package var wireStepUp = 0.0
    package var wireStepDown = 0.0
    /// Bytes up for each step that is recorded and each layer that is committed, beside those of the layer and of what is named.
    package var wireRecord = 0.0
    /// Bytes up for each layer of the chain of a record or of an image.
    package var wireChainLayer = 0.0
    /// Bytes on disk for each new byte, after the upload.
    package var diskFresh = 0.0
    /// The same after maintenance.
    package var diskPacked = 0.0
    /// Bytes of the index for each chunk.
    package var indexChunk = 0.0
    /// Bytes of a layer in a chunk, on average.
    package var chunkBytes = 0.0

    /// - Throws: ``ScaleError`` when the file has none.
    package init(reading path: String) throws {
        do {
            self = try JSONDecoder().decode(ServerCosts.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ScaleError("\(path) has no costs; 'larder-bench scale measure -o \(path)' makes it: \(error)")
        }
    }

    package init() {}

    package func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path), options: .atomic)
    }

    /// What a job takes of the processors while it is there. Seconds.
    package func processor(for job: JobWork) -> Double {
        connection + lookup + lookupStep * Double(job.steps) + (record + layer) * Double(job.recorded)
            + fetch * Double(job.fetched) + image + chainLayer * Double(job.namedLayers)
            + upload * job.sent / 1e6 + download * job.received / 1e6
    }

    /// Bytes from clients.
    package func bytesUp(for job: JobWork) -> Double {
        wireUp * job.sent + wireStepUp * Double(job.steps) + wireRecord * Double(job.recorded)
            + wireChainLayer * Double(job.namedLayers)
    }

    /// Bytes to clients.
    package func bytesDown(for job: JobWork) -> Double { wireDown * job.received + wireStepDown * Double(job.steps) }
}
