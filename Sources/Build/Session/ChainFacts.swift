internal import CacheAPI
internal import Chunking
internal import SystemPackage

/// Answers questions about chains: here when their tables of contents are here, else by the server.
struct ChainFacts: Sendable {
    let restorer: ChainRestorer
    let commits: LayerCommits
    let link: ServerLink

    /// Adds what is at `paths` of `chain` to `facts`.
    /// - Throws: `server` when nobody can tell, `io`.
    func find(_ paths: [LayerPath], in chain: [Digest], _ facts: inout DestinationFacts) async throws {
        let unknown = paths.filter { facts[$0] == nil }
        if unknown.isEmpty || chain.isEmpty { return }
        if let view = try await view(of: chain) {
            for path in unknown { facts[path] = Self.answer(path, in: view) }
            return
        }
        let answer = try await link.ask { server throws(BuildError) in
            try await server.query(chain: chain, paths: unknown.map(\.description))
        }
        guard let answer else { return try await findHere(unknown, in: chain, &facts) }
        for (path, fact) in zip(unknown, answer) { facts[path] = fact }
    }

    /// The bytes of a file; `nil` when there is none.
    /// - Throws: `server` when nobody can tell, `io`.
    func file(_ path: String, of chain: [Digest]) async throws -> [UInt8]? {
        if chain.isEmpty { return nil }
        if try await view(of: chain) == nil {
            let server = link.reading
            if let server { return try await server.file(path, of: chain) }
        }
        try await restorer.restore(chain)
        guard let view = try await restorer.view(of: chain), let resolved = view.resolved(LayerPath(path)),
            let node = view.node(at: resolved), node.entry.kind == .file
        else { return nil }
        let (layers, layer, path) = (restorer.layers, chain[node.layer], node.entry.path)
        return try await BlockingThreads.run {
            try StateFile.read(.joining(try layers.directory(of: layer), path), upTo: 16 << 20)
        }
    }

    /// The view when it can be had here without fetching anything, or must be because the server lacks a layer.
    private func view(of chain: [Digest]) async throws -> ChainView? {
        if let view = try await restorer.view(of: chain) { return view }
        if try await restorer.awaitPrepared(chain) { return try await restorer.view(of: chain) }
        if link.reading != nil, await commits.areCommitted(chain) { return nil }
        try await restorer.restore(chain)
        return try await restorer.view(of: chain)
    }

    private func findHere(_ paths: [LayerPath], in chain: [Digest], _ facts: inout DestinationFacts) async throws {
        try await restorer.restore(chain)
        guard let view = try await restorer.view(of: chain) else { return }
        for path in paths { facts[path] = Self.answer(path, in: view) }
    }

    private static func answer(_ path: LayerPath, in view: ChainView) -> ChainAnswer.Path {
        guard let resolved = view.resolved(path) else { return ChainAnswer.Path(resolved: nil) }
        guard let node = view.node(at: resolved) else { return ChainAnswer.Path(resolved: resolved.description) }
        let kind: ChainAnswer.Kind =
            switch node.entry.kind {
            case .file, .hardlink: .file
            case .directory: .directory
            case .symlink, .characterDevice, .blockDevice, .fifo: .other
            }
        return ChainAnswer.Path(
            resolved: resolved.description, kind: kind, mode: node.entry.mode, uid: node.entry.uid, gid: node.entry.gid)
    }
}
