public import Chunking

/// What the store knows of a blob.
public struct BlobInfo: Hashable, Sendable {
    /// The SHA-256 of its bytes; the diffID when it is an uncompressed layer.
    public let digest: Digest
    /// Its length in bytes.
    public let size: UInt64
    /// Whether it is a tar with an entry table.
    public let isLayer: Bool

    /// Makes a description.
    public init(digest: Digest, size: UInt64, isLayer: Bool) {
        self.digest = digest
        self.size = size
        self.isLayer = isLayer
    }

    init(_ digest: Digest, size: UInt64, isLayer: Bool) {
        self.init(digest: digest, size: size, isLayer: isLayer)
    }

    init(_ digest: Digest, _ row: BlobRow) {
        self.init(digest: digest, size: row.size, isLayer: row.isLayer)
    }
}
