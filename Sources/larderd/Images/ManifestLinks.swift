import ChunkStore
import Chunking
import OCI

/// What a manifest names, found in its repository.
struct ManifestLinks {
    /// What of it is there, for the manifest's record.
    private(set) var references: [Reference] = []
    /// The blobs among that, layers from the lowest up.
    private(set) var blobs: [Digest] = []
    /// What of it is not there.
    private(set) var missing: [ManifestOutline.Part] = []
    /// What the manifest is about.
    private(set) var subject: OCIDigest?
    /// How the list of what is about that has it.
    private(set) var entry: ReferrerEntry?

    /// A manifest over blobs that are there.
    init(blobs: [Digest]) {
        self.blobs = blobs
        references = Set(blobs).sorted().map(Reference.blob)
    }

    /// Looks up what `outline`, that of `manifest`, names. Blocks; holds what it finds for a lease period.
    /// - Throws: ``RegistryFailure`` `sizeInvalid`.
    init(_ outline: ManifestOutline, _ manifest: StoredManifest, in repository: Repository) throws {
        if let subject = outline.subject {
            self.subject = subject.digest
            entry = try ReferrerEntry(outline, digest: manifest.digest, size: manifest.bytes.count)
        }
        var found: [Reference] = []
        for part in [outline.config].compactMap({ $0 }) + outline.layers { try find(part, in: repository, &found) }
        for child in outline.children {
            let key = repository.key(child.digest)
            if try repository.store.summary(in: .manifest, key: key, project: repository.project) != nil {
                found.append(.record(.manifest, key))
            } else {
                try find(child, in: repository, &found)
            }
        }
        var seen: Set<Reference> = []
        references = found.filter { seen.insert($0).inserted }
    }

    private mutating func find(
        _ part: ManifestOutline.Part, in repository: Repository, _ found: inout [Reference]
    ) throws {
        guard let info = try repository.blob(part.digest) else {
            missing.append(part)
            return
        }
        guard UInt64(exactly: part.size) == info.size else {
            throw RegistryFailure(
                .sizeInvalid,
                "the manifest says that \(part.digest) has \(part.size) bytes, but it has \(info.size)")
        }
        blobs.append(info.digest)
        found.append(repository.reference(to: part.digest))
    }
}
