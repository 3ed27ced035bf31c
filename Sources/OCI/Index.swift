/// A list of manifests, one for each platform (OCI image-spec 1.1, image-index.md; docker's manifest list has the
/// same fields).
public struct Index: Codable, Hashable, Sendable {
    /// 2.
    public var schemaVersion: Int
    /// The list's own type; older documents lack it.
    public var mediaType: String?
    /// What kind of artifact it is, when it is not a list of images.
    public var artifactType: String?
    /// The manifests. Build caches list layers here, too.
    public var manifests: [Descriptor]
    /// The manifest that this list is about.
    public var subject: Descriptor?
    /// Anything else.
    public var annotations: [String: String]?

    /// Makes an OCI image index.
    public init(manifests: [Descriptor], annotations: [String: String]? = nil) {
        schemaVersion = 2
        mediaType = MediaType.index
        self.manifests = manifests
        self.annotations = annotations
    }
}
