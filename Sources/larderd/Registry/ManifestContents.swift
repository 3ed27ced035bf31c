import Chunking
import OCI

/// What a manifest that is being pushed says, as far as the registry has to know.
struct ManifestContents: Hashable, Sendable {
    /// What it is.
    let mediaType: String
    /// Blobs that must be there: the configuration and the layers, without those that are fetched from elsewhere.
    let blobs: [Descriptor]
    /// What an index lists: manifests, or blobs in build caches.
    let children: [Descriptor]

    /// Reads a document.
    /// - Parameter contentType: the `Content-Type` of the request.
    /// - Throws: ``RegistryFailure`` `manifestInvalid`.
    init(_ bytes: [UInt8], contentType: String?) throws(RegistryFailure) {
        let shape = try Self.read(DocumentShape.self, bytes)
        let declared = contentType.map(MediaType.essence(of:)).flatMap { $0.isEmpty ? nil : $0 }
        let type = declared ?? shape.mediaType ?? (shape.isIndex ? MediaType.index : MediaType.manifest)
        guard type.utf8.count <= StoredManifest.mediaTypeMaximum else {
            throw Self.invalid("its media type is too long")
        }
        if let own = shape.mediaType, own != type {
            throw Self.invalid("it says that it is a '\(own)', but was sent as '\(type)'")
        }
        guard shape.schemaVersion == 2 else {
            throw Self.invalid("its schemaVersion is \(shape.schemaVersion.map(String.init) ?? "missing"), not 2")
        }
        // A document that is both can be taken for either by different clients (CVE-2021-41190).
        guard shape.isIndex != shape.isManifest else {
            throw Self.invalid("it must have either 'manifests', or 'config' and 'layers'")
        }
        mediaType = type
        switch (MediaType.isManifest(type), MediaType.isIndex(type)) {
        case (true, _) where shape.isManifest:
            let manifest = try Self.read(Manifest.self, bytes)
            blobs = [manifest.config] + manifest.layers.filter { !Self.isElsewhere($0) }
            children = []
        case (_, true) where shape.isIndex:
            blobs = []
            children = try Self.read(Index.self, bytes).manifests
        case (false, false):
            throw Self.invalid("the media type '\(type)' is not one of \(MediaType.manifestsAndIndexes)")
        default: throw Self.invalid("it does not have the fields of a '\(type)'")
        }
    }

    /// Whether a layer need not be in the registry: one that may not be distributed, or that says where it is.
    private static func isElsewhere(_ layer: Descriptor) -> Bool {
        layer.urls?.isEmpty == false || layer.mediaType.contains(".nondistributable.")
            || layer.mediaType.contains(".foreign.")
    }

    private static func read<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8]
    ) throws(RegistryFailure) -> Document {
        do {
            return try JSONDocument.decode(type, from: bytes, subject: "the manifest")
        } catch {
            throw RegistryFailure(.manifestInvalid, error.description)
        }
    }

    private static func invalid(_ reason: String) -> RegistryFailure {
        RegistryFailure(.manifestInvalid, "the manifest is not valid: \(reason)")
    }
}
