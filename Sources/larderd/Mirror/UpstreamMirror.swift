import CacheAPI
import ChunkStore
import Chunking
import Logging
import NIOCore
import OCI

/// Other registries as they are served from here: what is asked for is fetched once, kept by digest, and tags are asked
/// for again when they are older than is wanted. A registry that fails is covered up for by what is here.
struct UpstreamMirror: Sendable {
    /// A manifest, and whether its tag could not be asked for again.
    struct Found: Sendable {
        let manifest: StoredManifest
        let isStale: Bool
    }

    private enum Item: Hashable, Sendable {
        case manifest(MirrorPlace, ManifestReference)
        case blob(MirrorPlace, OCIDigest)
    }

    let rules: MirrorRules
    private let executor: StoreExecutor
    private let access: UpstreamAccess
    private let manifests = SingleFlight<Item, StoredManifest>()
    private let blobs = SingleFlight<Item, Void>()

    init(executor: StoreExecutor, access: UpstreamAccess, rules: MirrorRules) {
        self.executor = executor
        self.access = access
        self.rules = rules
    }

    /// The manifest that `reference` names in `place`.
    /// - Throws: ``APIFailure`` `notFound`, `upstream`; errors of the store.
    func manifest(_ reference: ManifestReference, in place: MirrorPlace) async throws -> Found {
        let (known, isFresh) = try await executor.run { store in
            try remembered(reference, MirrorShelf(place, in: store))
        }
        if let known, isFresh { return Found(manifest: known, isStale: false) }
        do {
            let manifest = try await manifests.value(for: .manifest(place, reference)) {
                try await fetch(reference, place, known)
            }
            return Found(manifest: manifest, isStale: false)
        } catch let failure as APIFailure where failure.code == .upstream {
            guard let known else { throw failure }
            access.logger.warning(
                "upstream failed, so what it had before is served",
                metadata: ["mirror.place": "\(place)", "mirror.reference": "\(reference)", "error": "\(failure)"])
            return Found(manifest: known, isStale: true)
        }
    }

    /// A part of the list of tags that `place` has now, and whether there are more. Nothing of it is kept.
    /// - Throws: ``APIFailure`` `notFound`, `upstream`.
    func tags(of place: MirrorPlace, _ page: Page) async throws -> (names: [String], hasMore: Bool) {
        try await access.registry(place.host, place.repository).tags(page)
    }

    /// The size of a blob, which stays where it is. Bytes.
    /// - Throws: ``APIFailure`` `notFound`, `upstream`; errors of the store.
    func size(of digest: OCIDigest, in place: MirrorPlace) async throws -> UInt64 {
        if let size = try await info(digest, in: place)?.size { return size }
        let size = try await access.registry(place.host, place.repository).size(of: digest)
        guard let size else {
            throw APIFailure(.upstream, "registry \(place.host) does not say how long the blob \(digest) is")
        }
        return size
    }

    /// Sees to it that the blob is here, as one of the project of all upstream content.
    /// - Throws: ``APIFailure`` `notFound`, `upstream`, `invalidContent`; errors of the store.
    func bring(_ digest: OCIDigest, from place: MirrorPlace) async throws {
        if try await info(digest, in: place) != nil { return }
        try await blobs.value(for: .blob(place, digest)) {
            access.logger.info("fetching", metadata: ["mirror.place": "\(place)", "blob.digest": "\(digest)"])
            try await fetch(digest, place)
        }
    }

    private func info(_ digest: OCIDigest, in place: MirrorPlace) async throws -> BlobInfo? {
        try await executor.run { store in try MirrorShelf(place, in: store).blob(digest) }
    }

    /// What is here, and whether that will do.
    private func remembered(
        _ reference: ManifestReference, _ shelf: MirrorShelf
    ) throws -> (manifest: StoredManifest?, isFresh: Bool) {
        switch reference {
        case .digest(let digest): return (try shelf.manifest(digest), true)
        case .tag(let tag):
            guard let noted = try shelf.tag(tag) else { return (nil, false) }
            return (
                try shelf.manifest(.sha256(noted.digest)), WallClock.isWithin(rules.freshness, of: noted.checked)
            )
        }
    }
}

extension UpstreamMirror {
    /// Asks the registry, and keeps what it says.
    private func fetch(
        _ reference: ManifestReference, _ place: MirrorPlace, _ known: StoredManifest?
    ) async throws -> StoredManifest {
        let registry = access.registry(place.host, place.repository)
        var manifest: StoredManifest?
        // Asking for the digest alone costs no pull where pulls are counted.
        if case .tag(let tag) = reference, let known, try await registry.digest(of: tag) == known.sha256 {
            manifest = known
        }
        let current: StoredManifest
        if let manifest { current = manifest } else { current = try await registry.manifest(reference) }
        let stored = current
        try await executor.run { store in
            let shelf = try MirrorShelf(place, in: store)
            if stored != known { try shelf.put(stored) }
            if case .tag(let tag) = reference {
                try shelf.put(tag, MirrorShelf.Tag(digest: stored.sha256, checked: WallClock.seconds))
            }
        }
        return stored
    }

    private func fetch(_ digest: OCIDigest, _ place: MirrorPlace) async throws {
        let registry = access.registry(place.host, place.repository)
        try await registry.blob(digest) { body in
            let ingest = try await executor.run { store in
                MirrorIngest(digest, store.beginBlob(in: try UpstreamImages.project(of: store)))
            }
            try await body.forEachBatch(of: 256 << 10) { batch in
                try await executor.run { _ in try ingest.take(batch) }
            }
            try await executor.run { store in
                let blob = try ingest.commit()
                try MirrorShelf(place, in: store).put(digest, blob)
            }
        }
    }
}
