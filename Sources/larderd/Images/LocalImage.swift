import CacheAPI
import ChunkStore
import Chunking
import OCI

/// An image of one of this server's own repositories, for one platform.
struct LocalImage: Sendable {
    /// The most bytes an image configuration may have.
    static let configurationMaximum = 8 << 20

    /// The project that owns the repository.
    let project: ProjectID
    /// The digest of the manifest.
    let digest: Digest
    /// The configuration's JSON.
    let config: String
    /// The diffIDs from the bottom.
    let chain: [Digest]
    /// The digests of the stored layers, as many as `chain` has.
    let blobs: [Digest]

    /// Finds the image; `nil` when the repository has none of that name. Blocks.
    /// - Throws: ``APIFailure`` when it is no image, not for the platform, or not complete.
    init?(_ reference: ImageReference, platform: Platform, in repository: Repository) throws {
        guard var stored = try repository.manifest(ManifestReference(reference)) else { return nil }
        if MediaType.isIndex(stored.mediaType) {
            let index = try Self.read(Index.self, stored.bytes, "the index \(reference)")
            let chosen = try Self.choose(from: index, platform, reference)
            guard let manifest = try repository.manifest(.digest(.sha256(chosen))) else {
                throw APIFailure(.missingContent, "manifest \(chosen) of \(reference) is not on this server")
            }
            stored = manifest
        }
        guard MediaType.isManifest(stored.mediaType) else {
            throw APIFailure(.badRequest, "\(reference) is not an image but a \(stored.mediaType)")
        }
        let manifest = try Self.read(Manifest.self, stored.bytes, "the manifest of \(reference)")
        guard
            let document = try repository.store.document(
                manifest.config.digest, in: repository.project, maximum: Self.configurationMaximum)
        else {
            throw APIFailure(.missingContent, "the configuration of \(reference) is not here; push the image again")
        }
        let configuration = try Self.read(ImageConfiguration.self, document, "the configuration of \(reference)")
        project = repository.project
        digest = stored.sha256
        config = String(decoding: document, as: UTF8.self)
        chain = configuration.rootfs.diffIDs
        blobs = manifest.layers.map(\.digest)
        guard chain.count == blobs.count else {
            throw APIFailure(
                .badRequest,
                "\(reference) has \(blobs.count) layers and \(chain.count) diff_ids, so it cannot be built upon")
        }
    }

    /// Each layer once: its diffID and the digest of its stored form.
    var distinctLayers: [(diffID: Digest, blob: Digest)] {
        var seen: Set<Digest> = []
        return zip(chain, blobs).filter { seen.insert($0.0).inserted }.map { (diffID: $0.0, blob: $0.1) }
    }

    /// The digest of the manifest for `platform` in an index.
    /// - Throws: ``APIFailure`` `notFound`, naming the platforms there are.
    static func choose(
        from index: Index, _ platform: Platform, _ reference: ImageReference
    ) throws(APIFailure) -> Digest {
        if let descriptor = index.manifest(for: platform) { return descriptor.digest }
        let others = index.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
        throw APIFailure(.notFound, "\(reference) is not made for \(platform), only for: \(others)")
    }

    private static func read<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8], _ subject: String
    ) throws(APIFailure) -> Document {
        do {
            return try JSONDocument.decode(type, from: bytes, subject: subject)
        } catch {
            throw APIFailure(.badRequest, error.description)
        }
    }
}
