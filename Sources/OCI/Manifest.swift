/// An image manifest (OCI image-spec 1.1, manifest.md; docker's schema 2 has the same fields).
public struct Manifest: Codable, Hashable, Sendable {
    /// 2.
    public var schemaVersion: Int
    /// The manifest's own type; older documents lack it.
    public var mediaType: String?
    /// What kind of artifact it is, when it is not an image.
    public var artifactType: String?
    /// The configuration.
    public var config: Descriptor
    /// The layers from the bottom.
    public var layers: [Descriptor]
    /// The manifest that this one is about.
    public var subject: Descriptor?
    /// Anything else.
    public var annotations: [String: String]?

    /// Makes an OCI image manifest.
    public init(config: Descriptor, layers: [Descriptor], annotations: [String: String]? = nil) {
        schemaVersion = 2
        mediaType = MediaType.manifest
        self.config = config
        self.layers = layers
        self.annotations = annotations
    }
}
