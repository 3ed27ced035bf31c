internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization
internal import SystemPackage

/// Brings what mounts of type cache hold from the server, and back when the build is over (`--cache-mounts`). Whoever
/// stores last wins. A failure is a warning: a cache may always be empty.
final class CacheTransfers: Sendable {
    /// How long other builds may have a directory in use that is to be stored.
    private static let patience = 100

    private let isEnabled: Bool
    private let link: ServerLink
    private let restorer: ChainRestorer
    private let commits: LayerCommits
    private let progress: ProgressLog
    private let scopes: [ScopeName]
    private let writer: String
    private let restores = Mutex<[Digest: Task<Void, Never>]>([:])
    private let used = Mutex<[Digest: CacheMount]>([:])

    init(
        _ request: BuildRequest, _ link: ServerLink, _ restorer: ChainRestorer, _ commits: LayerCommits,
        _ progress: ProgressLog
    ) {
        isEnabled = request.storesCacheMounts
        self.link = link
        self.restorer = restorer
        self.commits = commits
        self.progress = progress
        scopes = [request.scope] + request.baseScopes.filter { $0 != request.scope }
        writer = request.writer
    }

    /// Brings what the server has, the first time that this build uses the directory. Those that were made only because
    /// another was in use begin empty.
    func restore(_ lease: CacheLease, _ identity: Digest, _ mount: CacheMount) async {
        guard isEnabled, lease.isFirst else { return }
        used.withLock { $0[identity] = mount }
        let task = restores.withLock { restores in
            if let task = restores[identity] { return task }
            let task = Task { await self.bring(lease, identity, mount) }
            restores[identity] = task
            return task
        }
        await task.value
    }

    private func bring(_ lease: CacheLease, _ identity: Digest, _ mount: CacheMount) async {
        do {
            let query = CacheMountQuery(scopes: scopes, key: identity)
            let answer = try await link.ask { server throws(BuildError) in try await server.find(query) }
            guard let layer = answer?.layer, try await BlockingThreads.run({ lease.storedLayer != layer }) else {
                return
            }
            try await progress.run("restore the cache \(mount.id)") { _ in
                try await restorer.read(layer) { source in
                    try lease.replace(for: mount, by: layer) { directory in
                        let result = try LayerUnpacker.unpack(into: directory, from: source).result
                        guard result.digest == layer else {
                            throw BuildError(.corrupt, "its files are not what they were")
                        }
                    }
                }
            }
        } catch {
            warn("The cache \(mount.id) is not restored", error)
        }
    }

    /// Stores what this build used, and what is not as it was.
    func save(in caches: CacheDirectories) async {
        for (identity, mount) in used.withLock({ $0 }).sorted(by: { $0.value.id < $1.value.id }) {
            guard link.writing != nil, !Task.isCancelled else { return }
            do {
                try await save(mount, identity, caches)
            } catch {
                warn("The cache \(mount.id) is not stored", error)
            }
        }
    }

    private func save(_ mount: CacheMount, _ identity: Digest, _ caches: CacheDirectories) async throws {
        let lease = try await BlockingThreads.run { try caches.first(identity) }
        for attempt in 1... {
            if try await BlockingThreads.run({ try lease.take(shared: false) }) { break }
            guard attempt < Self.patience else { throw BuildError(.io, "other builds use it all the time") }
            try await Task.sleep(for: .milliseconds(50))
        }
        defer { lease.release() }
        let source = DirectoryLayer.source(of: lease.tree)
        let result = try await LayerScan.scan(source)
        let layer = result.recipe.digest
        if try await BlockingThreads.run({ lease.storedLayer == layer }) { return }
        try await progress.run("store the cache \(mount.id)") { _ in
            commits.begin(result, source)
            guard await commits.isCommitted(layer), let server = link.writing else {
                throw BuildError(.server, "the server did not take it")
            }
            try await server.keep(
                CacheMountRecord(
                    key: identity, layer: layer, scope: scopes[0], id: mount.id, created: Clock.seconds(),
                    writer: writer))
        }
        try await BlockingThreads.run { try lease.note(layer) }
    }

    private func warn(_ what: String, _ error: any Error) {
        if error is CancellationError || Task.isCancelled { return }
        progress.warn("\(what): \((error as? BuildError)?.description ?? "\(error)").")
    }
}
