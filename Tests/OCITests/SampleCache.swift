import Chunking
import TestSupport

@testable import OCI

/// A cache of BuildKit as one writer may push it, or a worse one.
struct SampleCache {
    var config: BuildCacheConfig
    var isIndex = false

    /// Random records over few digests, so that writers have some in common.
    init(_ random: inout SeededGenerator, records count: Int = 30) {
        var layers: [BuildCacheConfig.Layer] = []
        for index in 0..<8 {
            layers.append(
                .init(
                    blob: Self.digest("layer", Int.random(in: 0..<12, using: &random)),
                    parent: Int.random(in: -1..<index, using: &random), annotations: nil))
        }
        var records: [BuildCacheConfig.Record] = []
        for index in 0..<count {
            var inputs: [[BuildCacheConfig.Input]?] = []
            if index > 4 {
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    let ways = Int.random(in: 1...3, using: &random)
                    inputs.append(
                        (0..<ways).map { _ in
                            .init(
                                selector: Bool.random(using: &random) ? nil : "sel\"1",
                                link: Int.random(in: 0..<index, using: &random))
                        })
                }
            }
            records.append(
                .init(
                    digest: Self.digest("record", Int.random(in: 0..<12, using: &random)),
                    layers: Bool.random(using: &random)
                        ? [.init(layer: Int.random(in: 0..<8, using: &random), createdAt: Self.time(&random))] : nil,
                    chains: Int.random(in: 0..<8, using: &random) == 0
                        ? [.init(layers: [1, 3], createdAt: Self.time(&random))] : nil,
                    inputs: inputs.isEmpty ? nil : inputs))
        }
        config = BuildCacheConfig(layers: layers, records: records)
    }

    init(_ records: [BuildCacheConfig.Record], layers: [BuildCacheConfig.Layer] = []) {
        config = BuildCacheConfig(layers: layers, records: records)
    }

    static func digest(_ kind: String, _ number: Int) -> String {
        Digest(hashing: Array("\(kind) \(number)".utf8)).description
    }

    static func time(_ random: inout SeededGenerator) -> String {
        Timestamp.text(seconds: 1_700_000_000 + Int64.random(in: 0..<50, using: &random))
    }

    /// The manifest over all layers.
    func manifest() throws -> BuildCacheManifest {
        let blobs = Set((config.layers ?? []).map(\.blob)).sorted()
        let layers = blobs.compactMap { Digest($0) }.map { digest in
            Descriptor(
                mediaType: MediaType.layerGzip, digest: digest, size: 5,
                annotations: ["containerd.io/uncompressed": "\(digest)", "buildkit/createdat": "2026-01-01T00:00:00Z"])
        }
        let config = Descriptor(mediaType: MediaType.buildCache, digest: Digest(hashing: []), size: 0)
        if isIndex {
            return try BuildCacheManifest(
                JSONDocument.encode(Index(manifests: layers + [config])), mediaType: MediaType.index)
        }
        return try BuildCacheManifest(
            JSONDocument.encode(Manifest(config: config, layers: layers)), mediaType: MediaType.manifest)
    }

    func cache(used: UInt64 = 0) throws -> BuildCache {
        try BuildCache(manifest(), config: JSONDocument.encode(config), used: used)
    }
}

extension BuildCache {
    /// The records as BuildKit will read them.
    func graph() throws -> BuildCacheGraph {
        let (manifest, config) = try documents()
        let type = try ManifestOutline(manifest, contentType: nil).mediaType
        let read = try BuildCacheManifest(manifest, mediaType: type)
        return try BuildCacheGraph(
            JSONDocument.decode(BuildCacheConfig.self, from: config, subject: "it"),
            blobs: Set(read.layers.map(\.digest.description)), used: 0)
    }
}

extension BuildCacheGraph {
    /// The blobs that a result stands for, from the bottom.
    func blobs(of result: Result) -> [String] {
        if result.isChain { return result.layers.map { layers[$0].blob } }
        var blobs: [String] = []
        var next: Int? = result.layers.first
        while let index = next {
            blobs.append(layers[index].blob)
            next = layers[index].parent
        }
        return blobs.reversed()
    }

    /// For each record those of `other` that are reached on all its ways.
    func counterparts(in other: BuildCacheGraph) -> [Set<Int>] {
        var found: [Set<Int>] = []
        for record in records {
            let matching = other.records.indices.filter { index in
                let candidate = other.records[index]
                guard candidate.digest == record.digest, candidate.inputs.count == record.inputs.count else {
                    return false
                }
                return zip(record.inputs, candidate.inputs).allSatisfy { ways, others in
                    ways.allSatisfy { way in
                        others.contains { $0.selector == way.selector && found[way.record].contains($0.record) }
                    }
                }
            }
            found.append(Set(matching))
        }
        return found
    }

    /// Whether all that one refers to comes before it.
    var isInOrder: Bool {
        layers.enumerated().allSatisfy { $1.parent ?? -1 < $0 }
            && records.enumerated().allSatisfy { index, record in
                record.inputs.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0..<index).contains($0.record) } }
                    && record.results.allSatisfy { $0.layers.allSatisfy(layers.indices.contains) }
            }
    }

    /// Without what the newest decides.
    var skeleton: [Record] {
        records.map { record in
            var record = record
            record.results = []
            record.used = 0
            return record
        }
    }
}
