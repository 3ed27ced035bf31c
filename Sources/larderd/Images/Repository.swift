import CacheAPI
import ChunkStore
import Chunking
import OCI

/// A repository of the registry: its manifests and tags, as records of the project that owns it. All calls block.
///
/// Keys are the repository's name, a zero byte, and the digest of the manifest or the tag; those of what is about a
/// manifest have that one's digest and then their own.
struct Repository {
    let name: RepositoryName
    let project: ProjectID
    let store: Store
    /// Who writes what is written through this; `nil` for the server itself.
    let author: RecordAuthor?

    /// The repository `name` of `store`; `nil` when nothing was ever stored in its project.
    init?(_ name: RepositoryName, in store: Store) throws(StoreError) {
        guard let owner = ProjectName(owning: name.description),
            let project = try store.project(named: owner.description)
        else { return nil }
        self.init(name, project: project, store: store)
    }

    /// The repository `name`, whose project is `project`.
    init(_ name: RepositoryName, project: ProjectID, store: Store, author: RecordAuthor? = nil) {
        self.name = name
        self.project = project
        self.store = store
        self.author = author
    }

    func key(_ tag: TagName) -> [UInt8] { key(Array(tag.description.utf8)) }

    func key(_ manifest: OCIDigest) -> [UInt8] { key(manifest.tagged) }

    func key(_ rest: [UInt8]) -> [UInt8] { Array(name.description.utf8) + [0] + rest }

    /// What of a key comes after the repository's name.
    func rest(of key: [UInt8]) -> ArraySlice<UInt8> { key.dropFirst(name.description.utf8.count + 1) }

    /// Whether there is a manifest in the repository.
    func exists() throws(StoreError) -> Bool {
        try !store.keys(in: .manifest, prefix: key([]), limit: 1, project: project).isEmpty
    }
}
