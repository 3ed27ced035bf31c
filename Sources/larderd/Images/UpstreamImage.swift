import Chunking

/// An image of another registry as it was pulled; kept as a JSON record.
struct UpstreamImage: Codable, Hashable, Sendable {
    /// The canonical name.
    let name: String
    /// The platform.
    let platform: String
    /// What the name pointed at: an index or a manifest.
    let target: Digest
    /// The digest of the manifest for the platform.
    let digest: Digest
    /// The configuration's JSON.
    let config: String
    /// The diffIDs from the bottom.
    let chain: [Digest]
    /// When the registry was asked what the name points at. Seconds since 1970.
    var checked: UInt64
}
