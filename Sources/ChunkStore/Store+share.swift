public import Chunking

extension Store {
    /// Gives `receiver` what `giver` has under `digests`, without moving bytes. Durable; what was given before a failure
    /// stays until it is collected.
    /// - Throws: `missingContent` when the giver lacks one; `diskFull`, `poisoned`, `io`, `closed`.
    public func share(_ digests: [Digest], from giver: ProjectID, with receiver: ProjectID) throws(StoreError) {
        try use { core throws(StoreError) in
            var gifts: [BlobRecord] = []
            for digest in digests {
                guard let opened = try core.open(digest, in: giver) else {
                    throw StoreError(.missingContent, "blob \(digest) is not there to be shared; store it first")
                }
                gifts.append(opened.record)
            }
            for gift in gifts {
                // A record of its own, so that what the receiver has does not hang on what the giver keeps. The chunks
                // stay meanwhile, because the giver's blob is held.
                let record = BlobRecord(recipe: gift.recipe, entries: gift.entries)
                _ = try core.publish(record, with: PendingChunks(), in: receiver, provingPossession: false)
            }
        }
    }
}
