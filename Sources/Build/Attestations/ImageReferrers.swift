internal import Chunking
internal import OCI

/// What refers to an image on the server, such as attestations and signatures, and what refers to that.
struct ImageReferrers: Sendable {
    /// The most manifests.
    private static let documentsMaximum = 1000

    /// Each behind what it is about.
    private(set) var documents: [PushContent.Document] = []
    /// What they name, each once.
    private(set) var blobs: [PushContent.Blob] = []

    /// Collects what refers to any of the manifests `subjects`.
    /// - Throws: `server`, `corrupt`; `invalidInput` when it is more than anybody needs.
    init(of subjects: [Digest], in repository: RepositoryName, on server: ServerConnection) async throws {
        var waiting = subjects[...]
        var seen = Set(subjects)
        var blobs: [Digest: PushContent.Blob] = [:]
        while let subject = waiting.popFirst() {
            for referrer in try await server.referrers(of: subject, in: repository)
            where seen.insert(referrer.digest).inserted {
                guard documents.count < Self.documentsMaximum else {
                    throw BuildError(.invalidInput, "More than \(Self.documentsMaximum) manifests refer to the image.")
                }
                let name = try ImageReference("\(repository)@\(referrer.digest)")
                let content = try await StoredImage(name, on: server).content()
                documents += content.children + [content.root]
                for blob in content.blobs { blobs[blob.digest] = blob }
                waiting.append(referrer.digest)
            }
        }
        self.blobs = Array(blobs.values)
    }
}
