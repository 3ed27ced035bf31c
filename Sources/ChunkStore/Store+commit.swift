public import Chunking

extension Store {
    private static let bufferByteCount = 1 << 20

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

    /// Puts together what `recipe` says and splits it anew.
    private func split(
        _ recipe: Recipe, _ parameters: ChunkParameters, in project: ProjectID
    ) throws(StoreError) -> LayerSplitter.Result {
        var reader = BlobReader(
            self, recipe, recipe.pieces(), count: recipe.size,
            of: BlobReader.Subject(project: project, digest: recipe.digest, row: nil))
        var splitter = LayerSplitter(parameters: parameters)
        var buffer: [UInt8] = []
        while try reader.read(into: &buffer, maximum: Self.bufferByteCount) > 0 {
            unsafe splitter.update(buffer.span.bytes) { _, _ in }
            buffer.removeAll(keepingCapacity: true)
        }
        return splitter.finish { _, _ in }
    }
}
