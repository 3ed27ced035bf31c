public import Chunking

/// A reference to a blob or manifest (OCI image-spec 1.1, descriptor.md).
public struct Descriptor: Codable, Hashable, Sendable {
    /// What the content is.
    public var mediaType: String
    /// The digest of the content.
    public var digest: Digest
    /// The length of the content in bytes.
    public var size: Int64
    /// Where else the content can be had; layers that have some need not be in the registry.
    public var urls: [String]?
    /// What a manifest in an index is for.
    public var platform: Platform?
    /// What kind of artifact a manifest is.
    public var artifactType: String?
    /// The content itself, in base64.
    public var data: String?
    /// Anything else.
    public var annotations: [String: String]?

    /// Makes a reference.
    public init(
        mediaType: String, digest: Digest, size: Int64, urls: [String]? = nil, platform: Platform? = nil,
        artifactType: String? = nil, annotations: [String: String]? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.urls = urls
        self.platform = platform
        self.artifactType = artifactType
        self.annotations = annotations
    }
}
