import CacheAPI
import ChunkStore
import Chunking
import OCI

extension Repository {
    /// The manifest that `reference` names, with everything that it names held for a lease period; `nil` when there is
    /// none.
    /// - Throws: ``StoreError`` `missingContent` when something is gone that it had when it was stored.
    func manifest(_ reference: ManifestReference) throws -> StoredManifest? {
        switch reference {
        case .digest(let digest): return try manifest(digest)
        case .tag(let tag):
            guard let digest = try digest(taggedAs: tag) else { return nil }
            try store.touch(.tag, key: key(tag), project: project)
            return try manifest(digest)
        }
    }

    /// The manifest with `digest`, as above.
    func manifest(_ digest: OCIDigest) throws -> StoredManifest? {
        guard let record = try store.hold(.manifest, key: key(digest), project: project) else { return nil }
        let manifest = try StoredManifest(decoding: record.value, algorithm: digest.algorithm)
        guard manifest.digest == digest else {
            throw StoreError(.io, "the record of manifest \(digest) of \(name) is damaged; push it again")
        }
        let missing = try record.missing.filter { !$0.isReferrer } + record.references.filter(isNameOfNothing)
        guard missing.isEmpty else {
            throw StoreError(
                .missingContent,
                "\(missing.count) of what manifest \(digest) of \(name) names is damaged or gone; push it again")
        }
        return manifest.isSparse ? try completed(manifest) : manifest
    }

    /// Whether it is another digest of a blob that is gone. The blob is held otherwise.
    private func isNameOfNothing(_ reference: Reference) throws -> Bool {
        guard case .record(.digest, let key) = reference, let digest = OCIDigest(tagged: key) else { return false }
        return try blob(digest) == nil
    }

    /// Keeps `manifest` and what it names, and lets `tags` point at it.
    /// - Throws: ``StoreError`` `missingContent` when something of it is not there; ``RegistryFailure`` `denied` when a tag
    ///   may not be moved.
    func put(_ manifest: StoredManifest, _ links: ManifestLinks, tags: [TagName], rules: TagRules) throws {
        for tag in tags { try checkMove(of: tag, to: manifest.digest, rules) }
        var manifest = manifest
        manifest.author = try pusher(of: manifest.digest) ?? author
        try write(manifest, links.references)
        if let subject = links.subject, let entry = links.entry {
            let place = referrerKey(of: manifest.digest, about: subject)
            _ = try store.put(
                entry.encoded(), in: .referrer, key: place, project: project,
                references: [.record(.manifest, key(manifest.digest))])
            try keepReferrers(of: subject)
        }
        try Lineage(store: store, project: project).noteImage(links.blobs, in: name.description)
        for tag in tags { try move(tag, to: manifest.digest, rules) }
    }

    /// Who pushed a manifest that is here; `nil` when it is not here, or nobody is known.
    private func pusher(of digest: OCIDigest) throws(StoreError) -> RecordAuthor? {
        guard let record = try store.record(in: .manifest, key: key(digest), project: project) else { return nil }
        return (try? StoredManifest(decoding: record, algorithm: digest.algorithm))?.author
    }

    /// Keeps `manifest`, which is about no other, and what it names.
    /// - Throws: ``StoreError`` `missingContent` when something of it is not there.
    func keep(_ manifest: StoredManifest, _ links: ManifestLinks) throws(StoreError) {
        try write(manifest, links.references)
    }

    /// Writes the record, which keeps what is about the manifest, too: whoever comes in between finds the record here, or
    /// is found here.
    private func write(_ manifest: StoredManifest, _ references: [Reference]) throws(StoreError) {
        var linked: [Reference]?
        while true {
            let entries = try referrerKeys(of: manifest.digest).map { Reference.record(.referrer, $0) }
            if entries == linked { return }
            _ = try store.put(
                manifest.encoded(), in: .manifest, key: key(manifest.digest), project: project,
                references: references + entries)
            linked = entries
        }
    }

    /// Lets the manifest `subject`, if it is here, keep what is about it.
    private func keepReferrers(of subject: OCIDigest) throws {
        guard let record = try store.hold(.manifest, key: key(subject), project: project) else { return }
        // One that is damaged stays as it is, or it would look complete; who pushes it again links what is about it.
        guard record.missing.allSatisfy(\.isReferrer) else { return }
        let manifest = try StoredManifest(decoding: record.value, algorithm: subject.algorithm)
        try write(manifest, record.references.filter { !$0.isReferrer })
    }

    /// The manifest, which was not complete when it was stored, with references to what has come since.
    private func completed(_ manifest: StoredManifest) throws -> StoredManifest {
        let outline = try ManifestOutline(manifest.bytes, contentType: manifest.mediaType)
        let links = try ManifestLinks(outline, manifest, in: self)
        guard links.missing.isEmpty else { return manifest }
        var complete = manifest
        complete.isSparse = false
        try write(complete, links.references)
        return complete
    }
}

extension Repository {
    /// Deletes a manifest and the tags that point at it. O(tags of the repository), unless all of those are among
    /// `likely`.
    /// - Parameter check: called for each of the tags before anything is deleted; throws when it may not be.
    /// - Returns: whether there was one.
    /// - Throws: ``RegistryFailure`` `denied` when a tag may not be deleted, or an index names the manifest.
    func delete(
        _ manifest: OCIDigest, rules: TagRules, likely: Set<TagName> = [],
        _ check: (TagName) throws -> Void = { _ in }
    ) throws -> Bool {
        let key = key(manifest)
        guard let summary = try store.summary(in: .manifest, key: key, project: project) else { return false }
        let entry = try ownEntry(of: manifest)
        let count = Int(summary.references) - (entry == nil ? 0 : 1)
        let tags = count <= 0 ? [] : try self.tags(of: manifest, count: count, likely: likely)
        for tag in tags where rules.isImmutable(tag.description, in: name.description) {
            throw Self.immutable(tag, in: name)
        }
        for tag in tags { try check(tag) }
        guard count <= tags.count else { throw Self.inUse(manifest, in: name) }
        for tag in tags { _ = try store.delete(in: .tag, key: self.key(tag), project: project) }
        if let entry { _ = try store.delete(in: .referrer, key: entry, project: project) }
        guard try store.deleteUnreferenced(in: .manifest, key: key, project: project) else {
            if try store.summary(in: .manifest, key: key, project: project) == nil { return true }
            throw Self.inUse(manifest, in: name)
        }
        return true
    }

    /// Where the manifest is listed as being about another one; `nil` when it is not.
    private func ownEntry(of manifest: OCIDigest) throws -> [UInt8]? {
        guard let record = try store.record(in: .manifest, key: key(manifest), project: project),
            let stored = try? StoredManifest(decoding: record, algorithm: manifest.algorithm),
            let outline = try? ManifestOutline(stored.bytes, contentType: stored.mediaType),
            let subject = outline.subject?.digest
        else { return nil }
        let entry = referrerKey(of: manifest, about: subject)
        return try store.summary(in: .referrer, key: entry, project: project) == nil ? nil : entry
    }

    private static func inUse(_ manifest: OCIDigest, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(
            .denied, status: 405, "an index of \(name) names the manifest \(manifest); delete the index first")
    }
}

extension Reference {
    /// Whether it is there to keep what is about a manifest, which is no part of the manifest.
    fileprivate var isReferrer: Bool {
        if case .record(.referrer, _) = self { true } else { false }
    }
}
