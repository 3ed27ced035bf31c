internal import Chunking
internal import NIOHTTP1
internal import OCI

extension RegistryPush {
    /// Sends a manifest that is about another one. A registry that does not list such by itself, which it shows by not
    /// answering with `OCI-Subject`, gets the list under the tag that clients look for then (OCI distribution-spec 1.1,
    /// "Referrers Tag Schema").
    func attach(_ document: PushContent.Document) async throws {
        let answer = try await put(document, as: document.digest.description)
        let manifest = try StoredImage.manifest(document)
        guard answer.first(name: "oci-subject") == nil, let subject = manifest.subject else { return }
        let tag = subject.digest.description.replacing(":", with: "-")
        var list = try await index(at: tag)
        guard !list.manifests.contains(where: { $0.digest == document.digest }) else { return }
        list.manifests.append(
            Descriptor(
                mediaType: document.mediaType, digest: document.digest, size: Int64(document.bytes.count),
                artifactType: manifest.artifactType ?? manifest.config.mediaType, annotations: manifest.annotations))
        list.mediaType = MediaType.index
        _ = try await put(PushContent.Document(try JSONDocument.encode(list), mediaType: MediaType.index), as: tag)
    }
}
