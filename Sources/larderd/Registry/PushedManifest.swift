import CacheAPI
import ChunkStore
import OCI

/// A manifest that a client has sent, on its way into its repository.
struct PushedManifest: Sendable {
    /// What came of it.
    struct Outcome: Sendable {
        let digest: OCIDigest
        /// What it is about.
        let subject: OCIDigest?
        /// How much of what it names is not there.
        let missing: Int
        /// The tags that are set when it has passed the scan gate.
        var held: [TagName] = []
        /// What webhooks are told of it.
        var events: [RegistryEvent] = []
        /// What came of the tags whose build caches are merged.
        var caches: [(tag: TagName, outcome: BuildCacheTag.Outcome)] = []
    }

    /// A tag that it is to have.
    struct Tag: Hashable, Sendable {
        let name: TagName
        /// For which scope the tag is written: build caches are merged for one scope only.
        let scope: String
    }

    /// How the client names it.
    let reference: ManifestReference
    /// The tags that it is to have.
    let tags: [Tag]
    let bytes: [UInt8]
    let contentType: String?
    /// Who pushes it.
    var author: RecordAuthor?

    /// Checks and stores it, without the tags that `gate` holds. Blocks; one at a time for each tag.
    /// - Throws: ``RegistryFailure``: `manifestInvalid`, `digestInvalid`, `sizeInvalid`, `manifestBlobUnknown`, `denied`.
    func store(
        in name: RepositoryName, of owner: ProjectName, _ store: Store, _ rules: TagRules, _ gate: ScanGate? = nil
    ) throws -> Outcome {
        let outline: ManifestOutline
        do {
            outline = try ManifestOutline(bytes, contentType: contentType)
        } catch {
            throw RegistryFailure(.manifestInvalid, error.description)
        }
        var manifest = try named(outline.mediaType)
        // A project is for ever, so one is made only for a manifest that needs nothing, like an index of none.
        let parts = [outline.config].compactMap { $0 } + outline.layers + outline.children
        guard let project = try store.project(named: owner.description) ?? makeProject(owner, parts, store) else {
            throw Self.missing(parts)
        }
        let repository = Repository(name, project: project, store: store, author: author)
        let links = try ManifestLinks(outline, manifest, in: repository)
        try checkCompleteness(links, outline, digest: manifest.digest, in: repository, rules)
        manifest.isSparse = !links.missing.isEmpty
        let merging =
            outline.isBuildCache ? tags.filter { rules.mergesCaches($0.name.description, in: name.description) } : []
        var outcome = Outcome(digest: manifest.digest, subject: links.subject, missing: links.missing.count)
        try gate?.checkArtifact(outline, in: name)
        outcome.held = gate?.held(tags.map(\.name), of: outline, in: name) ?? []
        let set = tags.map(\.name).filter { !outcome.held.contains($0) }
        var before: [TagName: OCIDigest] = [:]
        for tag in set { before[tag] = try repository.digest(taggedAs: tag) }
        func put() throws {
            try repository.put(
                manifest, links, tags: set.filter { name in !merging.contains { $0.name == name } }, rules: rules)
        }
        if let gate { try gate.passing(set, in: name, put) } else { try put() }
        for tag in merging {
            let cache = BuildCacheTag(repository: repository, tag: tag.name, scope: tag.scope, rules: rules)
            outcome.caches.append((tag.name, try cache.add(manifest)))
        }
        outcome.events = RegistryEvent.pushed(
            outline, manifest.digest, size: bytes.count, to: name, of: owner, tags: set, before: before,
            by: author)
        return outcome
    }

    private func named(_ mediaType: String) throws -> StoredManifest {
        guard case .digest(let digest) = reference else { return StoredManifest(mediaType: mediaType, bytes: bytes) }
        let manifest = StoredManifest(mediaType: mediaType, bytes: bytes, algorithm: digest.algorithm)
        guard digest == manifest.digest else {
            throw RegistryFailure(.digestInvalid, "the manifest has the digest \(manifest.digest)")
        }
        return manifest
    }

    private func makeProject(
        _ owner: ProjectName, _ parts: [ManifestOutline.Part], _ store: Store
    ) throws -> ProjectID? {
        parts.isEmpty ? try store.makeProject(named: owner.description) : nil
    }

    /// Images may lack layers and indexes manifests, which clients that copy only a part push like that (image-spec 1.1,
    /// image-index.md: "sparse"). Not so build caches, whose clients fail on them; what is not there to be fetched later, as a
    /// configuration; and what would take a tag from another image.
    private func checkCompleteness(
        _ links: ManifestLinks, _ outline: ManifestOutline, digest: OCIDigest, in repository: Repository,
        _ rules: TagRules
    ) throws {
        guard !links.missing.isEmpty else { return }
        let mayBeSparse =
            !outline.isBuildCache && !rules.requiresCompleteness(in: repository.name.description)
            && links.missing.allSatisfy { part in
                part != outline.config && (outline.config != nil || MediaType.isManifestOrIndex(part.mediaType))
            }
        guard mayBeSparse else { throw Self.missing(links.missing) }
        for tag in tags {
            if let present = try repository.digest(taggedAs: tag.name), present != digest {
                throw Self.missing(links.missing)
            }
        }
    }

    private static func missing(_ parts: [ManifestOutline.Part]) -> RegistryFailure {
        let names = parts.prefix(10).map(\.digest.description).joined(separator: ", ")
        return RegistryFailure(
            .manifestBlobUnknown, "the manifest refers to what is not here; push it first: \(names)")
    }
}

extension MediaType {
    fileprivate static func isManifestOrIndex(_ type: String) -> Bool { isManifest(type) || isIndex(type) }
}
