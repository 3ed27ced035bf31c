public import Chunking

extension Store {
    /// How much of a blob other blobs of the project have, too; `nil` when the project does not have it. O(its chunks), one search
    /// in the index for each.
    /// - Throws: `io`, `closed`.
    public func share(of digest: Digest, in project: ProjectID) throws(StoreError) -> BlobShare? {
        guard let recipe = try recipe(of: digest, in: project) else { return nil }
        return try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                var share = BlobShare()
                var seen: Set<Digest> = []
                for chunk in recipe.headers + recipe.payload where seen.insert(chunk.id).inserted {
                    share.bytes += UInt64(chunk.length)
                    let blobs = try transaction.member(chunk.id, of: project)?.blobs ?? 0
                    if blobs > 1 { share.shared += UInt64(chunk.length) }
                }
                return share
            }
        }
    }
}
