internal import Chunking
internal import NIOCore
internal import NIOHTTP1
internal import OCI

extension ServerConnection {
    /// What refers to the manifest `subject` of a repository.
    /// - Throws: `server`.
    func referrers(of subject: Digest, in repository: RepositoryName) async throws(BuildError) -> [Descriptor] {
        let bytes = try await exchange(
            .GET, "/v2/\(repository)/referrers/\(subject)", accepting: [MediaType.index], within: Self.briefly)
        do {
            return try JSONDocument.decode(Index.self, from: bytes, subject: "the list of referrers").manifests
        } catch {
            throw BuildError(.server, "The server's answer cannot be read: \(error).", cause: error)
        }
    }

    /// Has a blob in a repository.
    /// - Throws: `server`.
    func put(blob bytes: [UInt8], in repository: RepositoryName) async throws(BuildError) {
        let digest = Digest(hashing: bytes)
        _ = try await exchange(
            .POST, "/v2/\(repository)/blobs/uploads/?digest=\(digest)", body: ByteBuffer(bytes: bytes),
            contentType: MediaType.octetStream, within: Self.patiently)
    }

    /// Has a manifest in a repository, without a tag.
    /// - Throws: `server`.
    func put(manifest bytes: [UInt8], in repository: RepositoryName) async throws(BuildError) {
        let digest = Digest(hashing: bytes)
        _ = try await exchange(
            .PUT, "/v2/\(repository)/manifests/\(digest)", body: ByteBuffer(bytes: bytes),
            contentType: MediaType.manifest, within: Self.briefly)
    }
}
