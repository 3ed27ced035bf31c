/// What a registry has to know of a manifest or index: what it is, what it names, and what it is about.
public struct ManifestOutline: Hashable, Sendable {
    /// Something that a manifest names.
    public struct Part: Hashable, Sendable, Decodable {
        /// What it is.
        public let mediaType: String
        /// Its digest.
        public let digest: OCIDigest
        /// Its length in bytes.
        public let size: Int64
        /// Where else it can be had.
        public let urls: [String]?
    }

    /// The most bytes a media type may have.
    public static let mediaTypeMaximum = 255

    /// What it is.
    public let mediaType: String
    /// What kind of artifact it is, as lists of referrers have it: what it says, else for a manifest the type of its
    /// configuration.
    public let artifactType: String?
    /// An image's configuration.
    public let config: Part?
    /// An image's layers, without those that are fetched from elsewhere.
    public let layers: [Part]
    /// What an index lists: manifests, or blobs in build caches.
    public let children: [Part]
    /// The manifest that it is about.
    public let subject: Part?
    /// What else it says of itself.
    public let annotations: [String: String]?

    /// Whether it is a cache of BuildKit, which fails when something of it is missing.
    public var isBuildCache: Bool {
        config?.mediaType == MediaType.buildCache || children.contains { $0.mediaType == MediaType.buildCache }
    }

    /// Reads a document.
    /// - Parameter contentType: the `Content-Type` it was sent with.
    /// - Throws: `invalidDocument`.
    public init(_ bytes: [UInt8], contentType: String?) throws(OCIError) {
        let fields = try JSONDocument.decode(Fields.self, from: bytes, subject: "the manifest")
        let type = try Self.mediaType(of: fields, declared: contentType)
        mediaType = type
        switch (MediaType.isManifest(type), MediaType.isIndex(type)) {
        case (true, _) where fields.isManifest:
            guard let config = fields.config else { throw Self.invalid("'config' is missing") }
            guard fields.hasLayers else { throw Self.invalid("'layers' is missing") }
            self.config = config
            layers = (fields.layers ?? []).filter { !Self.isElsewhere($0) }
            children = []
            artifactType = Self.present(fields.artifactType) ?? Self.present(config.mediaType)
        case (_, true) where fields.isIndex:
            config = nil
            layers = []
            children = fields.manifests ?? []
            artifactType = Self.present(fields.artifactType)
        case (false, false):
            throw Self.invalid("the media type '\(type)' is not one of \(MediaType.manifestsAndIndexes)")
        default: throw Self.invalid("it does not have the fields of a '\(type)'")
        }
        subject = fields.subject
        annotations = fields.annotations
        guard (layers + children).allSatisfy({ $0.size >= 0 }), (config?.size ?? 0) >= 0 else {
            throw Self.invalid("a size is negative")
        }
    }

    private static func mediaType(of fields: Fields, declared: String?) throws(OCIError) -> String {
        let declared = present(declared.map(MediaType.essence(of:)))
        let type = declared ?? fields.mediaType ?? (fields.isIndex ? MediaType.index : MediaType.manifest)
        guard type.utf8.count <= mediaTypeMaximum else { throw invalid("its media type is too long") }
        if let own = fields.mediaType, own != type {
            throw invalid("it says that it is a '\(own)', but was sent as '\(type)'")
        }
        guard fields.schemaVersion == 2 else {
            throw invalid("its schemaVersion is \(fields.schemaVersion.map(String.init) ?? "missing"), not 2")
        }
        // A document that is both can be taken for either by different clients (CVE-2021-41190).
        guard fields.isIndex != fields.isManifest else {
            throw invalid("it must have either 'manifests', or 'config' and 'layers'")
        }
        return type
    }

    /// Whether a layer need not be in the registry: one that may not be distributed, or that says where it is.
    private static func isElsewhere(_ layer: Part) -> Bool {
        layer.urls?.isEmpty == false || layer.mediaType.contains(".nondistributable.")
            || layer.mediaType.contains(".foreign.")
    }

    private static func present(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func invalid(_ reason: String) -> OCIError {
        OCIError(.invalidDocument, "the manifest is not valid: \(reason)")
    }
}

/// The fields of both kinds of documents.
private struct Fields: Decodable {
    let schemaVersion: Int?
    let mediaType: String?
    let artifactType: String?
    let config: ManifestOutline.Part?
    let layers: [ManifestOutline.Part]?
    let manifests: [ManifestOutline.Part]?
    let subject: ManifestOutline.Part?
    let annotations: [String: String]?
    let isIndex: Bool
    let isManifest: Bool
    /// Also with `null`, as programs in Go write no layers.
    let hasLayers: Bool

    private enum CodingKeys: String, CodingKey {
        case schemaVersion, mediaType, artifactType, config, layers, manifests, subject, annotations, fsLayers
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decodeIfPresent(Int.self, forKey: .schemaVersion)
        mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        config = try container.decodeIfPresent(ManifestOutline.Part.self, forKey: .config)
        layers = try container.decodeIfPresent([ManifestOutline.Part].self, forKey: .layers)
        manifests = try container.decodeIfPresent([ManifestOutline.Part].self, forKey: .manifests)
        subject = try container.decodeIfPresent(ManifestOutline.Part.self, forKey: .subject)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        isIndex = container.contains(.manifests)
        hasLayers = container.contains(.layers)
        isManifest = container.contains(.config) || container.contains(.layers) || container.contains(.fsLayers)
    }
}
