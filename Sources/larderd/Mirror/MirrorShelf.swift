import ChunkStore
import Chunking
import OCI

/// What is kept of mirrored repositories: records of the project that all upstream content belongs to. All calls block.
///
/// Each tag, manifest and blob is a record of its own, so that each is evicted when it was not used for longest.
struct MirrorShelf {
    /// What a tag pointed at when its registry was asked.
    struct Tag: Codable, Hashable, Sendable {
        let digest: Digest
        /// When. Seconds since 1970.
        let checked: UInt64
    }

    private enum Kind: String {
        case tag, manifest, blob
    }

    let place: MirrorPlace
    let store: Store
    let project: ProjectID

    init(_ place: MirrorPlace, in store: Store) throws(StoreError) {
        self.place = place
        self.store = store
        project = try UpstreamImages.project(of: store)
    }

    func tag(_ tag: TagName) throws -> Tag? {
        guard let record = try record(.tag, tag.description) else { return nil }
        return try? JSONDocument.decode(Tag.self, from: record, subject: "the record")
    }

    func put(_ tag: TagName, _ value: Tag) throws {
        try put(.tag, tag.description, try JSONDocument.encode(value))
    }

    func manifest(_ digest: OCIDigest) throws -> StoredManifest? {
        guard let record = try record(.manifest, digest.description) else { return nil }
        let manifest = try StoredManifest(decoding: record, algorithm: digest.algorithm)
        return manifest.digest == digest ? manifest : nil
    }

    func put(_ manifest: StoredManifest) throws {
        try put(.manifest, manifest.digest.description, manifest.encoded())
    }

    /// The blob, when it is here. Only what came from this repository is: what others have proves nothing of it.
    func blob(_ digest: OCIDigest) throws -> BlobInfo? {
        guard let record = try record(.blob, digest.description),
            let sha256 = unsafe Digest(rawBytes: record.span.bytes)
        else { return nil }
        return try store.blob(sha256, in: project)
    }

    /// Notes that the repository has under `digest` the blob `sha256`, which the project has.
    func put(_ digest: OCIDigest, _ sha256: Digest) throws {
        try put(.blob, digest.description, sha256.rawBytes, references: [.blob(sha256)])
    }

    private func record(_ kind: Kind, _ name: String) throws(StoreError) -> [UInt8]? {
        let key = key(kind, name)
        guard let record = try store.record(in: .upstream, key: key, project: project) else { return nil }
        try store.touch(.upstream, key: key, project: project)
        return record
    }

    private func put(_ kind: Kind, _ name: String, _ value: [UInt8], references: [Reference] = []) throws(StoreError) {
        _ = try store.put(
            value, in: .upstream, key: key(kind, name), project: project, references: references)
    }

    /// Fixed in length, which names are not.
    private func key(_ kind: Kind, _ name: String) -> [UInt8] {
        Digest(hashing: Array("mirror\0\(kind)\0\(place)\0\(name)".utf8)).rawBytes
    }
}
