internal import Chunking
internal import OCI

/// The JSON documents of an image for one platform, as files hold them.
struct ImageDocuments: Sendable {
    let configuration: [UInt8]
    let configurationDigest: Digest
    /// The manifest.
    let document: PushContent.Document
    /// The layers from the bottom.
    private let layers: [Descriptor]
    private let platform: Platform

    /// The `oci-layout` of an image layout.
    static let layoutMarker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    /// - Parameters:
    ///   - layers: as they are in the image, from the bottom.
    ///   - platform: `nil` for what the configuration says.
    /// - Throws: `invalidInput` when the configuration cannot be read.
    init(configuration: [UInt8], layers: [Descriptor], platform: Platform?) throws(BuildError) {
        self.configuration = configuration
        self.layers = layers
        configurationDigest = Digest(hashing: configuration)
        let config = Descriptor(
            mediaType: MediaType.configuration, digest: configurationDigest, size: Int64(configuration.count))
        do {
            let manifest = try JSONDocument.encode(Manifest(config: config, layers: layers))
            document = PushContent.Document(manifest, mediaType: MediaType.manifest)
            let own = try JSONDocument.decode(
                ImageConfiguration.self, from: configuration, subject: "the image configuration"
            ).platform
            self.platform = platform ?? own
        } catch {
            throw Self.failure(error)
        }
    }

    /// The index of images for several platforms.
    /// - Throws: `invalidInput`.
    static func index(of images: [ImageDocuments]) throws(BuildError) -> PushContent.Document {
        let manifests = images.map { $0.document.descriptor(for: $0.platform) }
        return PushContent.Document(try encode(Index(manifests: manifests)), mediaType: MediaType.index)
    }

    /// Where an image layout has a blob.
    static func path(of blob: Digest) -> String { "blobs/sha256/\(blob.hex)" }

    /// The `index.json` of an image layout: `root` once for each name, which programs find by the annotations.
    /// - Parameter platform: of an image that is for one.
    /// - Throws: `invalidInput`.
    static func layoutIndex(
        of root: PushContent.Document, names: [ImageReference], platform: Platform?
    ) throws(BuildError) -> [UInt8] {
        var manifests = names.map { name in
            let name = name.canonical
            var annotations = ["io.containerd.image.name": full(name).description]
            if let tag = name.tag { annotations["org.opencontainers.image.ref.name"] = tag.description }
            return root.descriptor(for: platform, annotations)
        }
        if manifests.isEmpty { manifests = [root.descriptor(for: platform)] }
        return try encode(Index(manifests: manifests))
    }

    /// The same of this image alone.
    func layoutIndex(names: [ImageReference]) throws(BuildError) -> [UInt8] {
        try Self.layoutIndex(of: document, names: names, platform: platform)
    }

    /// The `manifest.json` that `docker load` reads.
    /// - Throws: `invalidInput`.
    func dockerManifest(names: [ImageReference]) throws(BuildError) -> [UInt8] {
        struct Image: Encodable {
            var Config: String
            var RepoTags: [String]
            var Layers: [String]
        }
        return try Self.encode([
            Image(
                Config: Self.path(of: configurationDigest),
                RepoTags: names.map(\.canonical).filter { $0.tag != nil }.map(\.description),
                Layers: layers.map { Self.path(of: $0.digest) })
        ])
    }

    /// A name as containerd keeps it: docker's public registry is written out.
    private static func full(_ name: ImageReference) -> ImageReference {
        if name.host != nil { return name }
        var name = name
        name.host = .dockerHub
        return name.canonical
    }

    private static func encode(_ value: some Encodable) throws(BuildError) -> [UInt8] {
        do {
            return try JSONDocument.encode(value)
        } catch {
            throw failure(error)
        }
    }

    private static func failure(_ error: OCIError) -> BuildError {
        BuildError(.invalidInput, "The image cannot be exported: \(error.description).", cause: error)
    }
}

extension PushContent.Document {
    /// How an index lists it.
    fileprivate func descriptor(for platform: Platform?, _ annotations: [String: String]? = nil) -> Descriptor {
        Descriptor(
            mediaType: mediaType, digest: digest, size: Int64(bytes.count), platform: platform,
            annotations: annotations)
    }
}
