import ChunkStore
import Chunking
import OCI

/// A tag that has a cache of BuildKit, which is merged from what all writers push to it. All calls block; one at a time for
/// each tag.
struct BuildCacheTag {
    /// What came of a push.
    enum Outcome: Sendable {
        /// The tag points at what was pushed.
        case kept
        /// The tag points at what was made of it and of what was there.
        case merged(records: Int, dropped: Int)
        /// The tag points at what was pushed, since it could not be merged.
        case failed(any Error)
    }

    let repository: Repository
    let tag: TagName
    /// For which scope the tag is written; empty for the default scope.
    let scope: String
    let rules: TagRules

    private var store: Store { repository.store }
    private var key: [UInt8] { repository.key(tag) }

    /// Lets the tag have what `manifest`, which is stored already, has, and what it had before if that was written for the
    /// same scope.
    /// - Throws: `StoreError` when it cannot be moved at all.
    func add(_ manifest: StoredManifest) throws -> Outcome {
        let known = try store.record(in: .buildCache, key: key, project: repository.project)
            .flatMap { BuildCacheUse(decoding: $0) }
        var before = known ?? BuildCacheUse(served: manifest.digest)
        let isOthers = before.scope != scope
        before.scope = scope
        var use = before
        use.add(repository.author)
        var outcome: Outcome
        do {
            outcome = try merge(manifest, &use, isOthers: isOthers)
        } catch {
            use = before
            use.add(repository.author)
            use.pushes += 1
            use.failures += 1
            use.serve(manifest.digest, isMade: false)
            use.used = []
            outcome = .failed(error)
        }
        if case .kept = outcome, known == nil, scope.isEmpty {
            try repository.move(tag, to: manifest.digest, rules)
            return outcome
        }
        do {
            try note(&use)
        } catch {
            try repository.move(tag, to: manifest.digest, rules)
            outcome = .failed(error)
        }
        return outcome
    }

    /// Lets the tag point where `use` says, and keeps that.
    private func note(_ use: inout BuildCacheUse) throws {
        try forgetSuperseded(&use)
        _ = try store.put(use.encoded(), in: .buildCache, key: key, project: repository.project)
        try repository.move(tag, to: use.served, rules, with: [.record(.buildCache, key)])
    }

    /// - Parameter isOthers: whether what the tag has was written for another scope.
    private func merge(
        _ manifest: StoredManifest, _ use: inout BuildCacheUse, isOthers: Bool
    ) throws -> Outcome {
        let last = use.pushes
        use.pushes += 1
        let older =
            isOthers
            ? nil
            : try repository.digest(taggedAs: tag).flatMap {
                $0 == manifest.digest ? nil : try present($0, used: last, use)
            }
        let pushed = try document(of: manifest)
        let isSmall =
            pushed.config.size <= Int64(rules.cacheLimits.configBytes)
            && manifest.bytes.count <= rules.cacheLimits.manifestBytes
        if older == nil, isSmall { return keep(manifest, &use) }
        let newer = try read(pushed, used: use.pushes)
        var cache = try older?.merged(with: newer) ?? newer
        let dropped = try cache.trim(to: rules.cacheLimits)
        if isSmall, cache.hasContent(of: newer) {
            use.records = UInt64(cache.recordCount)
            return keep(manifest, &use)
        }
        use.serve(try store(cache, mediaType: manifest.mediaType), isMade: true)
        use.merges += older == nil ? 0 : 1
        use.dropped += UInt64(dropped)
        use.records = UInt64(cache.recordCount)
        use.used = cache.used
        return .merged(records: cache.recordCount, dropped: dropped)
    }

    private func keep(_ manifest: StoredManifest, _ use: inout BuildCacheUse) -> Outcome {
        use.serve(manifest.digest, isMade: false)
        use.used = []
        return .kept
    }

    /// The cache that `digest` names; `nil` when it is none.
    private func present(_ digest: OCIDigest, used last: UInt64, _ use: BuildCacheUse) throws -> BuildCache? {
        guard let manifest = try repository.manifest(digest),
            try ManifestOutline(manifest.bytes, contentType: manifest.mediaType).isBuildCache
        else { return nil }
        let cache = try read(document(of: manifest), used: last)
        return use.served == digest ? cache.with(used: use.used) : cache
    }

    private func document(of manifest: StoredManifest) throws -> BuildCacheManifest {
        try BuildCacheManifest(manifest.bytes, mediaType: manifest.mediaType)
    }

    private func read(_ manifest: BuildCacheManifest, used: UInt64) throws -> BuildCache {
        let config = try store.document(
            manifest.config.digest, in: repository.project, maximum: BuildCache.configBytesMaximum)
        guard let config else {
            throw StoreError(.missingContent, "the configuration of the build cache is gone; push it again")
        }
        return try BuildCache(manifest, config: config, used: used)
    }

    /// Stores what was made. Its digest.
    private func store(_ cache: BuildCache, mediaType: String) throws -> OCIDigest {
        let (document, config) = try cache.documents()
        try store.keep(config, as: .init(hashing: config), in: repository.project)
        let manifest = StoredManifest(mediaType: mediaType, bytes: document)
        let links = try ManifestLinks(
            ManifestOutline(document, contentType: mediaType), manifest, in: repository)
        guard links.missing.isEmpty else {
            throw StoreError(.missingContent, "\(links.missing.count) layers of the build cache are gone")
        }
        try repository.keep(manifest, links)
        return manifest.digest
    }

    /// Deletes what was made here, is no longer served and was not fetched for a while: nobody else has its name.
    private func forgetSuperseded(_ use: inout BuildCacheUse) throws {
        use.superseded = try use.superseded.filter { digest in
            let key = repository.key(digest)
            if digest == use.served { return false }
            _ = try store.deleteUnreferenced(in: .manifest, key: key, project: repository.project, unusedFor: 0)
            return try store.summary(in: .manifest, key: key, project: repository.project) != nil
        }
    }
}

extension BuildCacheUse {
    /// Lets the tag point at `digest`.
    fileprivate mutating func serve(_ digest: OCIDigest, isMade: Bool) {
        if self.isMade, served != digest {
            superseded = superseded.suffix(Self.supersededMaximum - 1) + [served]
        }
        (served, self.isMade) = (digest, isMade)
    }
}
