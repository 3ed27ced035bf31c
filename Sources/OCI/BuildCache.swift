import Chunking

/// A cache of BuildKit as a tag has it: which keys were found to have which layers as their result.
public struct BuildCache: Hashable, Sendable {
    /// How large what BuildKit reads at once may be.
    public struct Limits: Hashable, Sendable {
        /// The most bytes of the configuration.
        public var configBytes: Int
        /// The most bytes of the manifest.
        public var manifestBytes: Int

        /// BuildKit imports neither a manifest nor a configuration of more than 1 MiB (`remotecache/import.go`, `readBlob`);
        /// this is a little less.
        public init(configBytes: Int = 1_000_000, manifestBytes: Int = 1_000_000) {
            self.configBytes = configBytes
            self.manifestBytes = manifestBytes
        }
    }

    /// The most bytes of a configuration that is read.
    public static let configBytesMaximum = 16 << 20

    private let manifest: BuildCacheManifest
    /// By digest.
    private var descriptors: [String: Descriptor]
    private var graph: BuildCacheGraph

    /// Reads one.
    /// - Parameters:
    ///   - manifest: its manifest.
    ///   - config: its configuration.
    ///   - used: when its records were used, in any unit that grows.
    /// - Throws: `invalidDocument` for what BuildKit would not take either, what is too large, and what is too entangled.
    public init(_ manifest: BuildCacheManifest, config: [UInt8], used: UInt64) throws(OCIError) {
        guard config.count <= Self.configBytesMaximum else {
            throw BuildCacheGraph.invalid("it has more than \(Self.configBytesMaximum) bytes")
        }
        self.manifest = manifest
        let pairs = manifest.layers.map { ($0.digest.description, $0) }
        descriptors = Dictionary(pairs) { first, _ in first }
        let config = try JSONDocument.decode(
            BuildCacheConfig.self, from: config, subject: "the configuration of the build cache")
        graph = try BuildCacheGraph(config, blobs: Set(descriptors.keys), used: used)
    }

    /// How many records it has.
    public var recordCount: Int { graph.records.count }

    /// How many layers its records name.
    public var layerCount: Int { Set(graph.layers.map(\.blob)).count }

    /// When the records were used last. Their order depends on nothing but the content.
    public var used: [UInt64] { graph.records.map(\.used) }

    /// The same with other times of use, which are passed over if they are not as many as the records.
    public func with(used: [UInt64]) -> BuildCache {
        guard used.count == recordCount else { return self }
        var cache = self
        for index in used.indices { cache.graph.records[index].used = used[index] }
        return cache
    }

    /// Whether it has the same records with the same results.
    public func hasContent(of other: BuildCache) -> Bool {
        let never = [UInt64](repeating: 0, count: recordCount)
        return recordCount == other.recordCount && with(used: never).graph == other.with(used: never).graph
    }

    /// All records of both, in the form of `newer`. A record that both have has the results that it has in `newer`.
    /// - Throws: `invalidDocument` when they are too entangled.
    public func merged(with newer: BuildCache) throws(OCIError) -> BuildCache {
        var union = newer
        union.graph = try BuildCacheGraph.union(of: [graph, newer.graph])
        union.descriptors.merge(descriptors) { new, _ in new }
        return union
    }

    /// Drops the records that were used least recently until it fits, and those that lead nowhere then; none when it does.
    /// - Returns: how many were dropped.
    /// - Throws: `invalidDocument` when nothing is left that fits.
    public mutating func trim(to limits: Limits) throws(OCIError) -> Int {
        let count = recordCount
        for _ in 0..<3 where recordCount > 0 {
            let (manifest, config) = try documents()
            let excess = manifest.count - limits.manifestBytes
            if config.count <= limits.configBytes, excess <= 0 { return count - recordCount }
            var trimming = BuildCacheTrimming(graph) { [descriptors] blob in
                descriptors[blob].flatMap { try? JSONDocument.encode($0).count + 1 } ?? 0
            }
            // What is counted is a little more than what is written, so that it is not trimmed again by the next push.
            trimming.run(
                configBytes: config.count > limits.configBytes ? limits.configBytes : .max,
                descriptorsBytes: trimming.descriptorsBytes - max(0, excess))
            // Without the records that are gone, others may turn out to be the same.
            graph = try BuildCacheGraph.union(of: [trimming.kept()])
        }
        throw BuildCacheGraph.invalid("it stays too large without its oldest records")
    }

    /// As it is stored. Equal caches give equal bytes.
    /// - Throws: `invalidDocument`.
    public func documents() throws(OCIError) -> (manifest: [UInt8], config: [UInt8]) {
        let config = try JSONDocument.encode(graph.config)
        var seen: Set<String> = []
        let layers = graph.layers.filter { seen.insert($0.blob).inserted }.compactMap { descriptors[$0.blob] }
        let described = Descriptor(
            mediaType: MediaType.buildCache, digest: .init(hashing: config), size: Int64(config.count))
        return (try manifest.document(config: described, layers: layers), config)
    }
}
