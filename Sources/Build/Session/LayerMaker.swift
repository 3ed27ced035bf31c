internal import Chunking
internal import SystemPackage

/// Turns what steps made into layers: finds out their digest, keeps them for later steps, begins to send them.
struct LayerMaker: Sendable {
    let restorer: ChainRestorer
    let commits: LayerCommits
    /// Where tars wait until the build is over.
    let spools: FilePath
    /// Each takes two of the ``BlockingThreads``, of which one waits for the other: so few at once in the whole process that
    /// those that wait never take all threads.
    private static let drafts = TaskLimit(4)

    init(restorer: ChainRestorer, commits: LayerCommits, spools: FilePath) {
        self.restorer = restorer
        self.commits = commits
        self.spools = spools
    }

    /// A layer in a file without a name.
    struct Spooled: Sendable {
        fileprivate let result: LayerSplitter.Result
        fileprivate let file: OpenFile

        /// What the layer is.
        var layer: Digest { result.recipe.digest }
    }

    /// Makes a layer of a source that may give other bytes the next time. Its tar is kept in a file without a name, so
    /// that what is sent is what was looked at.
    /// - Parameter isNeededHere: whether a command is going to run on it: then its image is written in the same pass.
    /// - Throws: what `source` throws; `io`.
    func make(
        _ source: @escaping LayerSource, isNeededHere: Bool = false
    ) async throws -> (layer: Digest, entries: EntryTable) {
        let (made, draft) = try await drafting(source, if: isNeededHere) { source in
            let isCancelled = CancellationFlag()
            return try await withTaskCancellationHandler {
                try await BlockingThreads.run { try spool(source, unless: isCancelled) }
            } onCancel: {
                isCancelled.set()
            }
        }
        let (_, entries) = try Self.parts(made.result)
        let layer = try keep(made)
        await keep(draft, of: made.result)
        return (layer, entries)
    }

    /// Makes a layer of a source that gives the same bytes whenever it is asked, so that nothing has to be kept.
    /// - Parameters:
    ///   - known: gives the chunks of files that were cut before.
    ///   - isNeededHere: as for ``make(_:isNeededHere:)``.
    /// - Throws: what `source` throws; `invalidInput` when it is no tar.
    func makeSettled(
        _ source: @escaping LayerSource, known: @escaping LayerCutter.KnownChunks, isNeededHere: Bool
    ) async throws -> (layer: Digest, entries: EntryTable) {
        let (result, draft) = try await drafting(source, if: isNeededHere) { source in
            try await LayerScan.scan(source, known: known)
        }
        let (layer, entries) = try Self.parts(result)
        keep(result, entries, source)
        await keep(draft, of: result)
        return (layer, entries)
    }

    /// Has `look` read `source` to its end, while an image is written of the same bytes if the layer is needed here. Without
    /// an image it is made of the source once more, when it is needed.
    private func drafting<Result: Sendable>(
        _ source: @escaping LayerSource, if isNeededHere: Bool,
        _ look: @escaping @Sendable (@escaping LayerSource) async throws -> Result
    ) async throws -> (Result, LayerDraft?) {
        guard isNeededHere else { return (try await look(source), nil) }
        let layers = restorer.layers
        return try await Self.drafts.run {
            let queue = PartQueue()
            async let draft = Self.draft(of: queue, in: layers)
            do {
                let result = try await look { write in
                    try source { bytes in
                        queue.put(bytes)
                        try write(bytes)
                    }
                    queue.end()
                }
                return (result, await draft)
            } catch {
                queue.abandon()
                throw error
            }
        }
    }

    private static func draft(of queue: PartQueue, in layers: LocalLayers) async -> LayerDraft? {
        defer { queue.abandon() }
        return try? await BlockingThreads.run { try layers.draft(from: queue.source) }
    }

    private func keep(_ draft: LayerDraft?, of result: LayerSplitter.Result) async {
        guard let draft, let entries = result.entries else { return }
        let (layers, recipe) = (restorer.layers, result.recipe)
        try? await BlockingThreads.run {
            try layers.keep(draft, as: recipe.digest, entries: entries, payload: recipe.payload)
        }
    }

    /// Puts a layer into a file without a name. Blocks.
    /// - Throws: what `source` throws; `io`.
    func spool(_ source: LayerSource, unless isCancelled: CancellationFlag) throws -> Spooled {
        let file = try OpenFile(unlinkedIn: spools)
        var splitter = LayerSplitter()
        var offset: UInt64 = 0
        try source { bytes in
            if isCancelled.isSet { throw CancellationError() }
            try file.write(bytes, at: offset)
            offset += UInt64(bytes.byteCount)
            splitter.update(bytes) { _, _ in }
        }
        return Spooled(result: splitter.finish { _, _ in }, file: file)
    }

    /// Keeps a layer for later steps, and begins to send it.
    /// - Throws: `invalidInput` when it is no tar.
    func keep(_ made: Spooled) throws -> Digest {
        let (layer, entries) = try Self.parts(made.result)
        keep(made.result, entries, made.file.source(size: made.result.recipe.size))
        return layer
    }

    /// Makes a layer of the upper directory of a RUN and takes the directory over. `nil` when nothing is in it.
    /// - Parameter omitting: what the runtime put into it.
    /// - Throws: `io`, `changed`, `invalidInput` for names that a layer cannot have.
    func adopt(_ upper: FilePath, omitting: Set<LayerPath>) async throws -> Digest? {
        let isEmpty = try await BlockingThreads.run { try DirectoryLayer.isEmpty(upper, omitting: omitting) }
        if isEmpty { return nil }
        let result = try await LayerScan.scan(DirectoryLayer.source(of: upper, omitting: omitting))
        let (layer, entries) = try Self.parts(result)
        let layers = restorer.layers
        let tree = try await BlockingThreads.run {
            try layers.adopt(upper, as: layer, entries: entries, payload: result.recipe.payload)
            return try layers.directory(of: layer)
        }
        keep(result, entries, DirectoryLayer.source(of: tree, omitting: omitting))
        return layer
    }

    private func keep(_ result: LayerSplitter.Result, _ entries: EntryTable, _ source: @escaping LayerSource) {
        restorer.add(result.recipe, entries: entries, source: source)
        commits.begin(result, source)
    }

    private static func parts(_ result: LayerSplitter.Result) throws(BuildError) -> (Digest, EntryTable) {
        guard let entries = result.entries else {
            throw BuildError(.invalidInput, "The step's files do not make a layer: they are no tar that can be read.")
        }
        return (result.recipe.digest, entries)
    }
}
