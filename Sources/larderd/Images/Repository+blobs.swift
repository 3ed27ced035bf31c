import ChunkStore
import Chunking
import OCI

// Blobs by the digests that clients name them with. The store knows them by SHA-256; another digest is a record of the
// project that says which blob has it, and keeps it.
extension Repository {
    /// The blob that the project has under `digest`; `nil` when it has none. It is held for a lease period.
    func blob(_ digest: OCIDigest) throws(StoreError) -> BlobInfo? {
        switch digest {
        case .sha256(let digest): return try store.blob(digest, in: project)
        case .sha512:
            guard let record = try store.hold(.digest, key: digest.tagged, project: project),
                let sha256 = unsafe Digest(rawBytes: record.value.span.bytes)
            else { return nil }
            return try store.blob(sha256, in: project)
        }
    }

    /// What keeps a blob that is named with `digest`.
    func reference(to digest: OCIDigest) -> Reference {
        switch digest {
        case .sha256(let digest): .blob(digest)
        case .sha512: .record(.digest, digest.tagged)
        }
    }

    /// Lets `digest`, which was computed over its bytes, name the blob, too.
    /// - Throws: ``StoreError`` `missingContent` when the blob is not there.
    func name(_ blob: Digest, _ digest: OCIDigest) throws(StoreError) {
        guard digest != .sha256(blob) else { return }
        _ = try store.put(
            blob.rawBytes, in: .digest, key: digest.tagged, project: project, references: [.blob(blob)])
    }

    /// Deletes a blob, or one name of it, unless something refers to it.
    func deleteBlob(_ digest: OCIDigest) throws(StoreError) -> BlobDeletion {
        switch digest {
        case .sha256(let digest): return try store.deleteBlob(digest, in: project)
        case .sha512:
            let key = digest.tagged
            if try store.deleteUnreferenced(in: .digest, key: key, project: project) { return .deleted }
            return try store.summary(in: .digest, key: key, project: project) == nil ? .absent : .inUse
        }
    }
}
