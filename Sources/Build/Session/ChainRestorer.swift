internal import Chunking
internal import Synchronization
internal import SystemPackage

/// Has the layers of chains on this runner, mounted or unpacked: those that are here already stay, those that this build made
/// are made from what they were made of, the others are fetched.
final class ChainRestorer: Sendable {
    let layers: LocalLayers
    private let bytesMaximum: UInt64
    private let link: ServerLink
    private let spool: ChunkSpool
    private let local: LocalChunks
    private let progress: ProgressLog
    private let turns = TaskLimit(3)
    private let made = Mutex<[Digest: Made]>([:])
    /// The layers that are going to be needed here.
    private let expected = Mutex<Set<Digest>>([])
    private let unpacking = Mutex<[Digest: Unpacking]>([:])
    /// Views are large, and asked for several times in a row.
    private let lastView = Mutex<(chain: [Digest], view: ChainView)?>(nil)
    private let viewTurn = TaskLimit(1)

    private typealias Unpacking = Task<Void, any Error>

    /// A layer that this build made.
    private struct Made: Sendable {
        let recipe: Recipe
        let source: LayerSource
        let entries: EntryTable
    }

    /// - Parameters:
    ///   - mountsLayers: whether layers are mounted where that can be done, instead of unpacked.
    ///   - bytesMaximum: how much of layers stays here when they are not used any more.
    /// - Throws: `io`.
    init(
        _ state: StateDirectory, _ link: ServerLink, _ progress: ProgressLog, mountsLayers: Bool, bytesMaximum: UInt64
    ) throws(BuildError) {
        self.bytesMaximum = bytesMaximum
        let mounts = LayerMounts(in: state.newWorkspace()) { reason in
            progress.begin("unpack layers: their images cannot be mounted here (\(reason))").end(.done)
        }
        // In a user namespace the kernel mounts no images.
        let areMounted = mountsLayers && UserNamespace.present.isInitial
        layers = try LocalLayers(root: state.layers, mounts: areMounted ? mounts : nil)
        // A build that was killed did not.
        _ = try LayerCache(root: layers.root).trim(to: bytesMaximum)
        spool = try ChunkSpool(in: state.work)
        local = try LocalChunks(root: layers.root) { progress.warn($0) }
        self.link = link
        self.progress = progress
    }

    /// Says how a layer that this build made is read again.
    func add(_ recipe: Recipe, entries: EntryTable, source: @escaping LayerSource) {
        made.withLock { $0[recipe.digest] = Made(recipe: recipe, source: source, entries: entries) }
    }

    /// The chunks of the payload of a layer that is here; none when they are not known. Blocks.
    func payload(of layer: Digest) -> PayloadChunks {
        if let made = made.withLock({ $0[layer] }) { return PayloadChunks(made.recipe.payload) }
        return PayloadChunks(layers.payload(of: layer))
    }

    /// Nothing uses the layers any more: those that are too much are removed. Blocks.
    func close() {
        local.close()
        layers.close()
        do throws(BuildError) {
            _ = try LayerCache(root: layers.root).trim(to: bytesMaximum)
        } catch {
            progress.warn("Layers stay on this runner that are too much: \(error).")
        }
    }

    /// Has all layers of `chain` here.
    /// - Throws: `server` or `corrupt` when one cannot be had; `notPermitted`, `io`.
    func restore(_ chain: [Digest]) async throws {
        let missing = try await BlockingThreads.run { [layers] in
            // What turns out to be of no use is fetched anew.
            Set(chain).filter { !layers.contains($0) || (try? layers.directory(of: $0)) == nil }
        }
        if missing.isEmpty { return }
        let ordered = chain.filter { missing.contains($0) }
        let (before, localBefore) = (link.traffic.down, local.byteCount)
        let (begun, fresh) = begin(ordered)
        // Those that are fetched already are shown where that was begun.
        if fresh == 0 { return try await finish(begun) }
        try await progress.run("fetch \(fresh == 1 ? "a layer" : "\(fresh) layers")") { task in
            try await finish(begun)
            let here = local.byteCount - localBefore
            let origin = here == 0 ? "" : ", and \(ByteText.megabytes(here)) from layers on this runner"
            task.status(ByteText.megabytes(link.traffic.down - before) + origin)
        }
    }

    /// Begins to have all layers of `chain` here, since a command is going to run on them. What fails now fails again when it
    /// is wanted. To be ended before the build is.
    func prepare(_ chain: [Digest]) -> Task<Void, Never> {
        expected.withLock { $0.formUnion(chain) }
        return Task { try? await restore(chain) }
    }

    /// Has here what is to be known of the files of `chain`, if its layers are going to be here anyway.
    /// - Returns: whether they are.
    /// - Throws: as ``restore(_:)``.
    func awaitPrepared(_ chain: [Digest]) async throws -> Bool {
        guard expected.withLock({ $0.isSuperset(of: chain) }) else { return false }
        let others = made.withLock { made in chain.filter { made[$0] == nil } }
        try await restore(others)
        return true
    }

    /// Begins to unpack layers. Each is unpacked once, however many ask for it.
    /// - Returns: what unpacks each of them, and how many of those were begun by this call.
    private func begin(_ layers: [Digest]) -> (tasks: [Digest: Unpacking], fresh: Int) {
        unpacking.withLock { tasks in
            var (all, fresh): ([Digest: Unpacking], Int) = ([:], 0)
            for layer in layers {
                if tasks[layer] == nil {
                    tasks[layer] = Task { try await self.turns.run { try await self.unpack(layer) } }
                    fresh += 1
                }
                all[layer] = tasks[layer]
            }
            return (all, fresh)
        }
    }

    private func finish(_ tasks: [Digest: Unpacking]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (layer, task) in tasks { group.addTask { try await self.finish(layer, task) } }
            try await group.waitForAll()
        }
    }

    private func finish(_ layer: Digest, _ task: Unpacking) async throws {
        do {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            unpacking.withLock { $0[layer] = nil }
            throw error
        }
    }

    private func unpack(_ layer: Digest) async throws {
        let layers = layers
        if let made = made.withLock({ $0[layer] }) {
            do {
                return try await BlockingThreads.run {
                    try layers.unpack(layer, from: made.source, recipe: made.recipe)
                }
            } catch let error as BuildError where error.code == .corrupt || error.code == .changed {
                // What it was made of has changed since; the server has what it was.
            }
        }
        guard let server = link.reading else {
            throw BuildError(.server, "The layer \(layer.short) is not on this runner, and there is no server.")
        }
        // A server that broke off may have found that its copy is damaged: that says nothing about other layers.
        let local = local
        try await LayerDownload(server: server, spool: spool, local: local).run(layer) { source, recipe in
            try layers.unpack(layer, from: source, recipe: recipe)
            local.add(layer)
        }
    }

    /// Hands the bytes of a layer to `use`, from wherever they can be had. At their end they throw `corrupt` if they are not
    /// what the layer's name says.
    /// - Throws: `server` when they cannot be had; what `use` throws.
    func read<Result: Sendable>(
        _ layer: Digest, _ use: @escaping @Sendable (LayerSource) throws -> Result
    ) async throws -> Result {
        // What this build made the server may not have taken.
        if let made = made.withLock({ $0[layer] }) { return try await BlockingThreads.run { try use(made.source) } }
        if let server = link.reading {
            return try await LayerDownload(server: server, spool: spool, local: local).run(layer) { source, _ in
                try withoutActuallyEscaping(source) { try use(Self.checked($0, layer)) }
            }
        }
        let layers = layers
        guard layers.contains(layer) else {
            throw BuildError(.server, "The layer \(layer.short) is not on this runner, and there is no server.")
        }
        return try await BlockingThreads.run { try use(DirectoryLayer.source(of: layers.directory(of: layer))) }
    }

    private static func checked(_ source: @escaping LayerSource, _ layer: Digest) -> LayerSource {
        { write in
            var hasher = DigestHasher()
            try source { bytes in
                hasher.update(bytes)
                try write(bytes)
            }
            guard hasher.finalize() == layer else {
                throw BuildError(.corrupt, "the layer \(layer.short) has other bytes than its name says")
            }
        }
    }

    /// The merged view of `chain`, when the table of contents of each of its layers is here; else `nil`.
    /// - Throws: `io`.
    func view(of chain: [Digest]) async throws -> ChainView? {
        try await viewTurn.run {
            if let last = lastView.withLock({ $0 }), last.chain == chain { return last.view }
            lastView.withLock { $0 = nil }
            let view = try await makeView(of: chain)
            if let view { lastView.withLock { $0 = (chain, view) } }
            return view
        }
    }

    private func makeView(of chain: [Digest]) async throws -> ChainView? {
        let made = made.withLock { made in made.mapValues(\.entries) }
        return try await BlockingThreads.run { [layers] in
            var tables: [EntryTable] = []
            for layer in chain {
                if let entries = made[layer] {
                    tables.append(entries)
                } else if layers.contains(layer) {
                    tables.append(try layers.entries(of: layer))
                } else {
                    return nil
                }
            }
            return ChainView(layers: tables)
        }
    }
}
