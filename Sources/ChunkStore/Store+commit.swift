public import Chunking

extension Store {
    private static let partByteMaximum = 1 << 20

    /// Commits a blob whose chunks have been uploaded as frames. The blob is put together once: its digest must
    /// be the recipe's, and its entry table is made from what was read, never taken from a client. The recipe must be
    /// the one that ``LayerSplitter`` makes of the blob, so that a blob has one recipe.
    /// - Returns: what was committed.
    /// - Throws: `invalidContent` on a mismatch, `missingContent` when chunks are not there (ask for the missing
    ///   ones and send them again), `diskFull`, `poisoned`, `io`, `closed`.
    public func commitBlob(_ recipe: Recipe, in project: ProjectID) throws(StoreError) -> BlobInfo {
        if let known = try blob(recipe.digest, in: project) { return known }
        guard let parameters = ChunkParameters(id: recipe.parameters) else {
            throw StoreError(
                .invalidContent, "the recipe was cut with parameter set \(recipe.parameters), which is not known here")
        }
        let ids = (recipe.headers + recipe.payload).map(\.id)
        let missing = try missingChunks(ids, in: project)
        if let first = missing.first {
            throw StoreError(
                .missingContent,
                "\(missing.count) chunks of blob \(recipe.digest) are not there, the first is \(ids[first].short); "
                    + "ask which are missing and send them")
        }
        let result = try split(recipe, parameters, in: project)
        guard result.recipe == recipe else {
            let reason =
                result.recipe.digest == recipe.digest
                ? "is not cut as its parameter set cuts it" : "makes a blob with digest \(result.recipe.digest)"
            throw StoreError(.invalidContent, "the recipe of blob \(recipe.digest) \(reason); split the blob again")
        }
        return try BlobIntake(self, project).commit(result, provingPossession: true)
    }

    /// Puts together what `recipe` says and cuts it anew. Its chunks need not be named again: what is read of each was
    /// hashed, and one that is cut otherwise has another length.
    private func split(
        _ recipe: Recipe, _ parameters: ChunkParameters, in project: ProjectID
    ) throws(StoreError) -> LayerSplitter.Result {
        var reader = BlobReader(
            self, recipe, recipe.pieces(), count: recipe.size,
            of: BlobReader.Subject(project: project, digest: recipe.digest, row: nil))
        var cutter = LayerCutter(parameters: parameters)
        var hasher = BlobHasher()
        if recipe.size >= BlobWriter.threadsFrom { try hasher.startThread() }
        while reader.remaining > 0 {
            _ = try reader.read(maximum: Self.partByteMaximum) { part throws(StoreError) in
                try hasher.update(part)
                cutter.update(part) { _, _ in }
            }
        }
        let layer = cutter.finish { _, _ in }
        return layer.named(try hasher.finish(), ChunkNames(of: recipe))
    }
}
