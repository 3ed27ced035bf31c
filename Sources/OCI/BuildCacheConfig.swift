/// The configuration of a cache of BuildKit, version 0, as it is written (BuildKit, `cache/remotecache/v1/types/spec.go`).
///
/// Records are cache keys: what an instruction is, and the records that its inputs are. Each input lists alternatives, any one
/// of which is enough. A record may have results: layers.
public struct BuildCacheConfig: Codable, Hashable, Sendable {
    /// A layer on top of another.
    public struct Layer: Codable, Hashable, Sendable {
        /// The digest of the layer's blob.
        public var blob: String
        /// The index of the layer below; -1 for none.
        public var parent: Int
        /// What caches that are no manifests note of the blob.
        public var annotations: LayerAnnotations?
    }

    /// What a manifest's descriptor would say of a layer.
    public struct LayerAnnotations: Codable, Hashable, Sendable {
        /// What the blob is.
        public var mediaType: String?
        /// The digest of the layer uncompressed.
        public var diffID: String?
        /// The length of the blob in bytes.
        public var size: Int64?
        /// When it was made.
        public var createdAt: String?
    }

    /// A result that is a layer with all layers below.
    public struct Result: Codable, Hashable, Sendable {
        /// The index of the layer.
        public var layer: Int
        /// When it was made.
        public var createdAt: String?
    }

    /// A result that is just these layers.
    public struct ChainedResult: Codable, Hashable, Sendable {
        /// The indexes of the layers from the bottom.
        public var layers: [Int]
        /// When it was made.
        public var createdAt: String?
    }

    /// One way to an input.
    public struct Input: Codable, Hashable, Sendable {
        /// Which part of the input's result counts; `nil` for all.
        public var selector: String?
        /// The index of the record.
        public var link: Int
    }

    /// A cache key.
    public struct Record: Codable, Hashable, Sendable {
        /// What it is a key of, without its inputs.
        public var digest: String?
        /// Its results.
        public var layers: [Result]?
        /// More results.
        public var chains: [ChainedResult]?
        /// For each input the ways to it. BuildKit may write `null` for an input of which it has lost all.
        public var inputs: [[Input]?]?
    }

    /// The layers, in any order.
    public var layers: [Layer]?
    /// The records, in any order.
    public var records: [Record]?

    /// Makes one of its parts.
    public init(layers: [Layer], records: [Record]) {
        self.layers = layers
        self.records = records
    }
}

// BuildKit writes no zeros.

extension BuildCacheConfig.Layer {
    private enum CodingKeys: String, CodingKey {
        case blob, parent, annotations
    }

    /// Reads it; a parent that is not given is 0.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        blob = try container.decodeIfPresent(String.self, forKey: .blob) ?? ""
        parent = try container.decodeIfPresent(Int.self, forKey: .parent) ?? 0
        annotations = try container.decodeIfPresent(BuildCacheConfig.LayerAnnotations.self, forKey: .annotations)
    }
}
