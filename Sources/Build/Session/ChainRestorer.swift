internal import Chunking
internal import Synchronization
internal import SystemPackage

/// Has the layers of chains unpacked on this runner: those that are here already stay, those that this build made are
/// unpacked from what they were made of, the others are fetched.
final class ChainRestorer: Sendable {
    let layers: LocalLayers
    private let link: ServerLink
    private let spool: ChunkSpool
    private let progress: ProgressLog
    private let turns = TaskLimit(3)
    private let made = Mutex<[Digest: Made]>([:])
    private let unpacking = Mutex<[Digest: Task<Void, any Error>]>([:])
    /// Views are large, and asked for several times in a row.
    private let lastView = Mutex<(chain: [Digest], view: ChainView)?>(nil)
    private let viewTurn = TaskLimit(1)

    /// A layer that this build made.
    private struct Made: Sendable {
        let source: LayerSource
        let entries: EntryTable
    }

    /// - Throws: `io`.
    init(_ state: StateDirectory, _ link: ServerLink, _ progress: ProgressLog) throws(BuildError) {
        layers = try LocalLayers(root: state.layers)
        spool = try ChunkSpool(in: state.work)
        self.link = link
        self.progress = progress
    }

    /// Says how a layer that this build made is read again.
    func add(_ layer: Digest, entries: EntryTable, source: @escaping LayerSource) {
        made.withLock { $0[layer] = Made(source: source, entries: entries) }
    }

    /// How a layer that this build made is read again; `nil` for others.
    func source(of layer: Digest) -> LayerSource? {
        made.withLock { $0[layer]?.source }
    }

    /// Has all layers of `chain` here.
    /// - Throws: `server` or `corrupt` when one cannot be had; `notPermitted`, `io`.
    func restore(_ chain: [Digest]) async throws {
        let missing = try await BlockingThreads.run { [layers] in
            Set(chain).filter { !layers.contains($0) }
        }
        if missing.isEmpty { return }
        let ordered = chain.filter { missing.contains($0) }
        try await progress.run("fetch \(ordered.count == 1 ? "a layer" : "\(ordered.count) layers")") { task in
            let before = link.traffic.down
            try await withThrowingTaskGroup(of: Void.self) { group in
                for layer in ordered { group.addTask { try await self.restore(layer) } }
                try await group.waitForAll()
            }
            task.status(ByteText.megabytes(link.traffic.down - before))
        }
    }

    /// Each layer is unpacked once, however many ask for it.
    private func restore(_ layer: Digest) async throws {
        let task = unpacking.withLock { tasks in
            if let task = tasks[layer] { return task }
            let task = Task { try await self.turns.run { try await self.unpack(layer) } }
            tasks[layer] = task
            return task
        }
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
        if let source = source(of: layer) {
            do {
                return try await BlockingThreads.run { try layers.unpack(layer, from: source) }
            } catch let error as BuildError where error.code == .corrupt || error.code == .changed {
                // What it was made of has changed since; the server has what it was.
            }
        }
        guard let server = link.reading else {
            throw BuildError(.server, "The layer \(layer.short) is not on this runner, and there is no server.")
        }
        // A server that broke off may have found that its copy is damaged: that says nothing about other layers.
        try await LayerDownload(server: server, spool: spool).run(layer) { source in
            try layers.unpack(layer, from: source)
        }
    }

    /// Hands the bytes of a layer to `use`, from wherever they can be had; whoever reads checks the digest.
    /// - Throws: `server` when they cannot be had; what `use` throws.
    func read<Result: Sendable>(
        _ layer: Digest, _ use: @escaping @Sendable (LayerSource) throws -> Result
    ) async throws -> Result {
        // What this build made the server may not have taken.
        if let source = source(of: layer) { return try await BlockingThreads.run { try use(source) } }
        if let server = link.reading {
            return try await LayerDownload(server: server, spool: spool).run(layer, use)
        }
        let layers = layers
        guard layers.contains(layer) else {
            throw BuildError(.server, "The layer \(layer.short) is not on this runner, and there is no server.")
        }
        return try await BlockingThreads.run { try use(DirectoryLayer.source(of: layers.directory(of: layer))) }
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
