internal import Chunking
internal import OCI

/// The JSON documents of an image, as files hold them.
struct ImageDocuments: Sendable {
    let configuration: [UInt8]
    let configurationDigest: Digest
    let manifest: [UInt8]
    let manifestDigest: Digest
    /// The layers from the bottom.
    private let layers: [Descriptor]
    private let names: [ImageReference]
    private let platform: Platform

    /// The `oci-layout` of an image layout.
    static let layoutMarker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    /// - Parameter layers: as they are in the image, from the bottom.
    /// - Throws: `invalidInput` when the configuration cannot be read.
    init(configuration: [UInt8], layers: [Descriptor], names: [ImageReference]) throws(BuildError) {
        self.configuration = configuration
        self.layers = layers
        self.names = names
        configurationDigest = Digest(hashing: configuration)
        let config = Descriptor(
            mediaType: MediaType.configuration, digest: configurationDigest, size: Int64(configuration.count))
        do {
            manifest = try JSONDocument.encode(Manifest(config: config, layers: layers))
            platform = try JSONDocument.decode(
                ImageConfiguration.self, from: configuration, subject: "the image configuration"
            ).platform
        } catch {
            throw BuildError(.invalidInput, "The image cannot be exported: \(error.description).", cause: error)
        }
        manifestDigest = Digest(hashing: manifest)
    }

    /// Where an image layout has a blob.
    static func path(of blob: Digest) -> String { "blobs/sha256/\(blob.hex)" }

    /// The `index.json` of an image layout: the manifest once for each name, which programs find by the annotations.
    /// - Throws: `invalidInput`.
    func index() throws(BuildError) -> [UInt8] {
        var manifests = names.map { name in
            let name = name.canonical
            var annotations = ["io.containerd.image.name": Self.full(name).description]
            if let tag = name.tag { annotations["org.opencontainers.image.ref.name"] = tag.description }
            return descriptor(annotations)
        }
        if manifests.isEmpty { manifests = [descriptor(nil)] }
        return try Self.encode(Index(manifests: manifests))
    }

    private func descriptor(_ annotations: [String: String]?) -> Descriptor {
        Descriptor(
            mediaType: MediaType.manifest, digest: manifestDigest, size: Int64(manifest.count), platform: platform,
            annotations: annotations)
    }

    /// The `manifest.json` that `docker load` reads.
    /// - Throws: `invalidInput`.
    func dockerManifest() throws(BuildError) -> [UInt8] {
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
            throw BuildError(.invalidInput, "The image cannot be exported: \(error.description).", cause: error)
        }
    }
}
