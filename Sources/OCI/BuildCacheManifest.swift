/// The manifest of a cache of BuildKit: an image manifest over the layers, or an index whose children are the layers and
/// the configuration.
public struct BuildCacheManifest: Hashable, Sendable {
    /// What it is: a manifest or an index, of OCI or of docker.
    public let mediaType: String
    /// The configuration: a ``BuildCacheConfig``.
    public let config: Descriptor
    /// The layers in any order.
    public let layers: [Descriptor]
    private let artifactType: String?
    private let annotations: [String: String]?

    /// Reads one.
    /// - Parameter mediaType: what it was found to be.
    /// - Throws: `invalidDocument`; for what is about another manifest, too.
    public init(_ bytes: [UInt8], mediaType: String) throws(OCIError) {
        self.mediaType = mediaType
        let subject: Descriptor?
        let all: [Descriptor]
        if MediaType.isIndex(mediaType) {
            let index = try JSONDocument.decode(Index.self, from: bytes, subject: "the build cache's index")
            (artifactType, annotations, subject) = (index.artifactType, index.annotations, index.subject)
            let configs = index.manifests.filter { $0.mediaType == MediaType.buildCache }
            guard let config = configs.first, configs.count == 1 else {
                throw Self.invalid("it has \(configs.count) configurations")
            }
            self.config = config
            all = index.manifests.filter { $0.mediaType != MediaType.buildCache }
        } else {
            let manifest = try JSONDocument.decode(Manifest.self, from: bytes, subject: "the build cache's manifest")
            (artifactType, annotations, subject) = (manifest.artifactType, manifest.annotations, manifest.subject)
            config = manifest.config
            all = manifest.layers
        }
        guard subject == nil else { throw Self.invalid("it is about another manifest") }
        guard config.mediaType == MediaType.buildCache,
            all.allSatisfy({ !MediaType.isManifest($0.mediaType) && !MediaType.isIndex($0.mediaType) })
        else { throw Self.invalid("it has more than layers") }
        layers = all.map { layer in
            Descriptor(
                mediaType: layer.mediaType, digest: layer.digest, size: layer.size, urls: layer.urls,
                annotations: layer.annotations)
        }
    }

    /// One of the same form with other content.
    /// - Throws: `invalidDocument`.
    func document(config: Descriptor, layers: [Descriptor]) throws(OCIError) -> [UInt8] {
        if MediaType.isIndex(mediaType) {
            var index = Index(manifests: layers + [config], annotations: annotations)
            (index.mediaType, index.artifactType) = (mediaType, artifactType)
            return try JSONDocument.encode(index)
        }
        var manifest = Manifest(config: config, layers: layers, annotations: annotations)
        (manifest.mediaType, manifest.artifactType) = (mediaType, artifactType)
        return try JSONDocument.encode(manifest)
    }

    private static func invalid(_ reason: String) -> OCIError {
        OCIError(.invalidDocument, "the manifest is none of a build cache alone: \(reason)")
    }
}
