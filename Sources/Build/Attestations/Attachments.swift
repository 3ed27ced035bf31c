internal import Attestation
internal import CacheAPI
internal import Chunking
internal import OCI

/// Attaches what is stated about an image to it: a manifest of its own that names the image as its subject, so that registries
/// list it among the image's referrers (OCI distribution-spec 1.1).
struct Attachments: Sendable {
    /// What is attached.
    struct Document: Sendable {
        /// The kind of the artifact, and the type of the document.
        let type: String
        /// Says more about the kind; `nil` when there is no more to say.
        var predicate: String?
        let bytes: [UInt8]
    }

    /// As BuildKit names what a statement is about.
    private static let predicateKey = "in-toto.io/predicate-type"
    private static let createdKey = "org.opencontainers.image.created"

    let server: ServerConnection
    let repository: RepositoryName

    /// Whether something of a kind is attached to the manifest `subject`.
    /// - Throws: `server`.
    func has(_ type: String, of subject: Digest) async throws(BuildError) -> Bool {
        try await server.referrers(of: subject, in: repository).contains { $0.artifactType == type }
    }

    /// Attaches `document` to the image `subject`.
    /// - Throws: `server`.
    func attach(_ document: Document, to subject: Descriptor, created: String) async throws {
        var annotations = [Self.createdKey: created]
        if let predicate = document.predicate { annotations[Self.predicateKey] = predicate }
        let content = Descriptor(
            mediaType: document.type, digest: Digest(hashing: document.bytes), size: Int64(document.bytes.count),
            annotations: document.predicate.map { [Self.predicateKey: $0] })
        let empty = Array("{}".utf8)
        let config = Descriptor(mediaType: MediaType.empty, digest: Digest(hashing: empty), size: Int64(empty.count))
        var manifest = Manifest(config: config, layers: [content], annotations: annotations)
        manifest.artifactType = document.type
        manifest.subject = subject
        try await server.put(blob: empty, in: repository)
        try await server.put(blob: document.bytes, in: repository)
        try await server.put(manifest: try JSONDocument.encode(manifest), in: repository)
    }
}
