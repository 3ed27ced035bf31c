/// What a manifest document is, by the fields it has.
struct DocumentShape: Decodable, Hashable, Sendable {
    /// 2 for all that are known.
    let schemaVersion: Int?
    /// What it says that it is.
    let mediaType: String?
    /// Whether it lists manifests.
    let isIndex: Bool
    /// Whether it has a configuration or layers.
    let isManifest: Bool

    private enum CodingKeys: String, CodingKey {
        case schemaVersion, mediaType, manifests, config, layers, fsLayers
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decodeIfPresent(Int.self, forKey: .schemaVersion)
        mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType)
        isIndex = container.contains(.manifests)
        isManifest = container.contains(.config) || container.contains(.layers) || container.contains(.fsLayers)
    }
}
