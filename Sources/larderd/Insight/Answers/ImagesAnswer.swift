import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import OCI

/// `GET …/repositories`: repositories of a project that have tags.
struct RepositoriesAnswer: Encodable, Sendable {
    struct Tag: Encodable, Sendable {
        let name: String
        let digest: String
        /// When it was pushed, and by whom, where somebody is known. Seconds since 1970.
        let time: Int64?
        let identity: String?
    }

    struct Repository: Encodable, Sendable {
        let name: String
        /// The first tags in the order of bytes.
        let tags: [Tag]
        /// Whether there are more.
        let hasMore: Bool
    }

    static let repositoriesMaximum = 100
    static let tagsMaximum = 50

    let repositories: [Repository]
    /// What to give as `after` for more; `nil` when there are none.
    let next: String?

    init(of project: ProjectID, in store: Store, after: String?) throws {
        let names = try larderd.Repository.names(
            in: project, of: store, after: after, limit: Self.repositoriesMaximum + 1)
        repositories = try names.prefix(Self.repositoriesMaximum).map { text in
            let repository = larderd.Repository(try RepositoryName(text), project: project, store: store)
            let tags = try repository.tags(after: nil, limit: Self.tagsMaximum + 1)
            return Repository(
                name: text,
                tags: try tags.prefix(Self.tagsMaximum).compactMap { try Self.tag($0, repository) },
                hasMore: tags.count > Self.tagsMaximum)
        }
        next = names.count > Self.repositoriesMaximum ? repositories.last?.name : nil
    }

    private static func tag(_ text: String, _ repository: larderd.Repository) throws -> Tag? {
        let record = try repository.store.record(
            in: .tag, key: repository.key(try TagName(text)), project: repository.project)
        guard let target = record.flatMap({ TagTarget(decoding: $0) }) else { return nil }
        return Tag(
            name: text, digest: "\(target.digest)", time: target.author?.time, identity: target.author?.identity)
    }
}

/// `GET …/image`: the layers of an image, and how much of each other blobs of the project have, too.
struct ImageAnswer: Encodable, Sendable {
    struct Layer: Encodable, Sendable {
        let digest: String
        let mediaType: String
        /// How long it is as it is named. Bytes.
        let bytes: Int64
        /// Of the chunks that it consists of, uncompressed, and of those that other blobs of the project have, too. Bytes;
        /// `nil` when it is not there.
        let chunkBytes: UInt64?
        let sharedBytes: UInt64?
    }

    struct Manifest: Encodable, Sendable {
        let digest: String
        let layers: [Layer]
    }

    static let manifestsMaximum = 16
    static let layersMaximum = 200

    let digest: String
    let mediaType: String
    /// One for an image, several for an index.
    let manifests: [Manifest]

    /// - Throws: ``APIFailure`` `notFound`.
    init(_ reference: ManifestReference, in repository: Repository) throws {
        let absent = APIFailure(.notFound, "There is no image \(reference) in \(repository.name).")
        let digest: OCIDigest
        switch reference {
        case .digest(let named): digest = named
        case .tag(let tag):
            guard let tagged = try repository.digest(taggedAs: tag) else { throw absent }
            digest = tagged
        }
        guard let (manifest, outline) = try Self.document(digest, in: repository) else { throw absent }
        self.digest = "\(digest)"
        mediaType = manifest.mediaType
        var documents = [(digest, outline)]
        if !outline.children.isEmpty {
            documents = try outline.children.prefix(Self.manifestsMaximum).compactMap { child in
                try Self.document(child.digest, in: repository).map { (child.digest, $0.1) }
            }
        }
        manifests = try documents.map { digest, outline in
            Manifest(
                digest: "\(digest)",
                layers: try outline.layers.prefix(Self.layersMaximum).map { try Self.layer($0, in: repository) })
        }
    }

    /// Without taking a lease or counting as a use: looking is none.
    private static func document(
        _ digest: OCIDigest, in repository: Repository
    ) throws -> (StoredManifest, ManifestOutline)? {
        let record = try repository.store.record(
            in: .manifest, key: repository.key(digest), project: repository.project)
        guard let record else { return nil }
        let manifest = try StoredManifest(decoding: record, algorithm: digest.algorithm)
        return (manifest, try ManifestOutline(manifest.bytes, contentType: manifest.mediaType))
    }

    private static func layer(_ part: ManifestOutline.Part, in repository: Repository) throws -> Layer {
        var share: BlobShare?
        if case .sha256(let digest) = part.digest {
            share = try repository.store.share(of: digest, in: repository.project)
        }
        return Layer(
            digest: "\(part.digest)", mediaType: part.mediaType, bytes: part.size, chunkBytes: share?.bytes,
            sharedBytes: share?.shared)
    }
}
