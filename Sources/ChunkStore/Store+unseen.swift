public import Chunking

extension Store {
    /// Makes a blob of chunks that are there by its recipe alone: its bytes are never put together, so that neither its
    /// digest nor how it is cut is checked. Only for measurements of stores so large that their bytes would take hours.
    /// - Throws: `missingContent`, `diskFull`, `poisoned`, `io`, `closed`.
    public func commitUnseen(_ recipe: Recipe, in project: ProjectID) throws(StoreError) {
        try use { core throws(StoreError) in
            _ = try core.publish(
                BlobRecord(recipe: recipe, entries: nil), with: PendingChunks(), in: project, provingPossession: false)
        }
    }
}
