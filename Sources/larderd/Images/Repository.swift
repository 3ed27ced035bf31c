import CacheAPI
import ChunkStore
import Chunking
import OCI

/// A repository of the registry: its manifests and tags, as records of the project that owns it. All calls block.
///
/// Keys are the repository's name, a zero byte, and the digest of the manifest or the tag.
struct Repository {
    let name: RepositoryName
    let project: ProjectID
    let store: Store

    /// The repository `name` of `store`; `nil` when nothing was ever stored in its project.
    init?(_ name: RepositoryName, in store: Store) throws(StoreError) {
        guard let owner = ProjectName(owning: name.description),
            let project = try store.project(named: owner.description)
        else { return nil }
        self.init(name, project: project, store: store)
    }

    /// The repository `name`, whose project is `project`.
    init(_ name: RepositoryName, project: ProjectID, store: Store) {
        self.name = name
        self.project = project
        self.store = store
    }

    /// The manifest that `reference` names; `nil` when there is none.
    func manifest(_ reference: ManifestReference) throws -> StoredManifest? {
        switch reference {
        case .digest(let digest): return try manifest(digest)
        case .tag(let tag):
            guard let digest = try digest(taggedAs: tag) else { return nil }
            try store.touch(.tag, key: key(tag), project: project)
            return try manifest(digest)
        }
    }

    /// The manifest with `digest`; `nil` when there is none.
    func manifest(_ digest: Digest) throws -> StoredManifest? {
        guard let record = try store.record(in: .manifest, key: key(digest.rawBytes), project: project) else {
            return nil
        }
        let manifest = try StoredManifest(decoding: record)
        guard manifest.digest == digest else {
            throw StoreError(.io, "the record of manifest \(digest) of \(name) is damaged; push it again")
        }
        try store.touch(.manifest, key: key(digest.rawBytes), project: project)
        return manifest
    }

    /// The digest that `tag` points at; `nil` when there is no such tag.
    func digest(taggedAs tag: TagName) throws(StoreError) -> Digest? {
        guard let record = try store.record(in: .tag, key: key(tag), project: project) else { return nil }
        return unsafe Digest(rawBytes: record.span.bytes)
    }

    /// Keeps `manifest` and what it names, and lets `tag` point at it.
    /// - Parameters:
    ///   - blobs: the blobs that it names, layers from the lowest up.
    ///   - children: the manifests of the repository that it names.
    /// - Throws: ``StoreError`` `missingContent` when one of them is not there.
    func put(
        _ manifest: StoredManifest, tag: TagName?, blobs: [Digest], children: [Digest] = []
    ) throws {
        let record = key(manifest.digest.rawBytes)
        _ = try store.put(
            manifest.encoded(), in: .manifest, key: record, project: project,
            references: Set(blobs).sorted().map(Reference.blob)
                + Set(children).sorted().map { .record(.manifest, key($0.rawBytes)) })
        try Lineage(store: store, project: project).noteImage(blobs, in: name.description)
        guard let tag else { return }
        _ = try store.put(
            manifest.digest.rawBytes + Array(manifest.mediaType.utf8), in: .tag, key: key(tag), project: project,
            references: [.record(.manifest, record)])
    }

    /// The tags after `last` in byte order, at most `limit`.
    func tags(after last: String?, limit: Int) throws(StoreError) -> [String] {
        let prefix = key([])
        let keys = try store.keys(
            in: .tag, prefix: prefix, after: last.map { prefix + Array($0.utf8) }, limit: limit, project: project)
        return keys.map { String(decoding: $0.dropFirst(prefix.count), as: UTF8.self) }
    }

    /// Whether there is a manifest in the repository.
    func exists() throws(StoreError) -> Bool {
        try !store.keys(in: .manifest, prefix: key([]), limit: 1, project: project).isEmpty
    }

    /// Deletes a tag. Whether there was one.
    func delete(_ tag: TagName) throws(StoreError) -> Bool {
        try store.delete(in: .tag, key: key(tag), project: project)
    }

    /// Deletes a manifest and the tags that point at it. Whether there was one. O(tags of the repository).
    func delete(_ manifest: Digest) throws(StoreError) -> Bool {
        var last: [UInt8]?
        while true {
            let page = try store.keys(in: .tag, prefix: key([]), after: last, limit: 1_000, project: project)
            for tag in page {
                guard let record = try store.record(in: .tag, key: tag, project: project),
                    unsafe Digest(rawBytes: record.span.bytes) == manifest
                else { continue }
                _ = try store.delete(in: .tag, key: tag, project: project)
            }
            guard let end = page.last else { break }
            last = end
        }
        return try store.delete(in: .manifest, key: key(manifest.rawBytes), project: project)
    }

    private func key(_ tag: TagName) -> [UInt8] { key(Array(tag.description.utf8)) }

    private func key(_ rest: [UInt8]) -> [UInt8] { Array(name.description.utf8) + [0] + rest }
}
