internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import SystemPackage

/// Makes on this runner what the mounts of RUNs show.
struct RunMounts: Sendable {
    let restorer: ChainRestorer
    let state: StateDirectory
    let secrets: SecretValues
    /// The sockets of SSH agents, by id.
    let agents: [String: FilePath]
    let contexts: ContextTrees
    let caches: CacheDirectories
    let transfers: CacheTransfers

    /// Prepares all mounts of a RUN; whoever asks releases them.
    /// - Parameter files: what those mounts show that show files, in order; layers of chains are on this runner.
    /// - Throws: `invalidInput` for a file, secret or agent that is not there; `changed`, `notPermitted`, `io`.
    func prepare(_ run: RunOperation, files: [MountedFiles], _ task: ProgressTask) async throws -> PreparedMounts {
        let prepared = PreparedMounts()
        do {
            var rest = files[...]
            for mount in run.mounts {
                let files = mount.source == nil ? nil : rest.popFirst()
                switch mount {
                case .bind(let bind): try await add(bind, files, to: prepared)
                case .cache(let cache): try await add(cache, files, to: prepared, task)
                case .tmpfs(let tmpfs):
                    prepared.add(
                        ContainerMount(
                            target: tmpfs.target, content: .memory(size: tmpfs.size), isReadOnly: tmpfs.isReadOnly))
                case .secret(let secret): try await add(secret, to: prepared)
                case .ssh(let ssh): try await add(ssh, to: prepared)
                }
            }
            return prepared
        } catch {
            await prepared.release()
            throw error
        }
    }

    /// Stores on the server what the build left in its caches, when that is asked for.
    func saveCaches() async {
        await transfers.save(in: caches)
    }

    /// Removes what is kept for the length of a build.
    func discard() async {
        await contexts.discard()
    }

    // MARK: Files

    private func add(_ bind: BindMount, _ files: MountedFiles?, to prepared: PreparedMounts) async throws {
        let place: FilePath
        switch files {
        case nil: return
        case .context(let found):
            let tree = try await contexts.tree(of: found)
            prepared.add(changed: tree.changed)
            if bind.isWritable {
                let workspace = state.newWorkspace()
                let root = try await mounted(prepared) {
                    try RootFilesystem(mounting: tree.directory, workspace: workspace)
                }
                place = root.merged.appending(ContextTrees.Tree.name)
            } else {
                place = tree.directory.appending(ContextTrees.Tree.name)
            }
        case .chain(let chain, let path, let name):
            let found = try await find(path, in: chain, name)
            place = .joining(try await mounted(chain, prepared).merged, found.resolved)
        }
        prepared.add(ContainerMount(target: bind.target, content: .files(place), isReadOnly: !bind.isWritable))
    }

    /// Where a path of a chain leads, and what is there.
    private func find(_ path: String, in chain: [Digest], _ name: String) async throws -> (
        resolved: LayerPath, kind: Entry.Kind, content: Digest
    ) {
        guard let view = try await restorer.view(of: chain) else {
            throw BuildError(.corrupt, "The layers of \(name) cannot be read.")
        }
        guard let resolved = view.resolved(LayerPath(path)), let node = view.node(at: resolved),
            let content = ContentKey.paths(["/\(path)"], in: view)
        else { throw BuildError(.invalidInput, "/\(path) is not in \(name)") }
        return (resolved, node.entry.kind, content)
    }

    private func mounted(_ chain: [Digest], _ prepared: PreparedMounts) async throws -> RootFilesystem {
        let (layers, workspace) = (restorer.layers, state.newWorkspace())
        return try await mounted(prepared) {
            try RootFilesystem(mounting: chain, from: layers, workspace: workspace, hasMountPoints: false)
        }
    }

    private func mounted(
        _ prepared: PreparedMounts, _ mount: @escaping @Sendable () throws -> RootFilesystem
    ) async throws -> RootFilesystem {
        let root = try await BlockingThreads.run(mount)
        prepared.onRelease { await Uncancelled.run { root.discard() } }
        return root
    }

    // MARK: Caches

    private func add(
        _ cache: CacheMount, _ files: MountedFiles?, to prepared: PreparedMounts, _ task: ProgressTask
    ) async throws {
        let beginning = try await beginning(files, of: cache)
        let identity = CacheDirectories.identity(of: cache, content: beginning.content)
        let lease = try await caches.lease(identity, sharing: cache.sharing) {
            task.status("waiting for the cache \(cache.id)")
        }
        task.status("")
        prepared.onRelease { lease.release() }
        await transfers.restore(lease, identity, cache)
        try await fill(lease, cache, with: beginning)
        prepared.add(
            ContainerMount(target: cache.target, content: .files(lease.tree), isReadOnly: cache.isReadOnly))
    }

    /// What a new cache directory holds.
    private enum Beginning: Sendable {
        case nothing
        case context(ContextScan.Found)
        case chain([Digest], LayerPath, Digest)

        var content: Digest? {
            switch self {
            case .nothing: nil
            case .context(let found): found.key
            case .chain(_, _, let content): content
            }
        }
    }

    private func beginning(_ files: MountedFiles?, of cache: CacheMount) async throws -> Beginning {
        switch files {
        case nil: return .nothing
        case .context(let found):
            guard found.first?.isDirectory == true else { throw Self.noDirectory(cache.path) }
            return .context(found)
        case .chain(let chain, let path, let name):
            let found = try await find(path, in: chain, name)
            guard found.kind == .directory else { throw Self.noDirectory("/\(path)") }
            return .chain(chain, found.resolved, found.content)
        }
    }

    private static func noDirectory(_ path: String) -> BuildError {
        BuildError(.invalidInput, "a cache begins with a directory, and \(path) is none")
    }

    private func fill(
        _ lease: CacheLease, _ cache: CacheMount, with beginning: Beginning
    ) async throws {
        let beside = PreparedMounts()
        do {
            let source: FilePath?
            switch beginning {
            case .nothing: source = nil
            case .context(let found):
                source = try await contexts.tree(of: found).directory.appending(ContextTrees.Tree.name)
            case .chain(let chain, let path, _): source = .joining(try await mounted(chain, beside).merged, path)
            }
            try await BlockingThreads.run {
                try lease.make(for: cache) { directory in
                    guard let source else { return }
                    _ = try LayerUnpacker.unpack(into: directory, from: DirectoryLayer.source(of: source))
                }
            }
            await beside.release()
        } catch {
            await beside.release()
            throw error
        }
    }

    // MARK: Secrets and agents

    private func add(_ secret: SecretMount, to prepared: PreparedMounts) async throws {
        guard let bytes = try await secrets.bytes(of: secret) else { return }
        if let target = secret.target {
            prepared.add(
                ContainerRuntime.SecretFile(
                    bytes: bytes, target: target, mode: secret.mode, uid: secret.uid, gid: secret.gid))
        }
        if let variable = secret.environmentVariable {
            prepared.add(variable: "\(variable)=" + String(decoding: bytes, as: UTF8.self))
        }
    }

    private func add(_ ssh: SSHMount, to prepared: PreparedMounts) async throws {
        guard let agent = agents[ssh.id] else {
            guard ssh.required else { return }
            throw BuildError(
                .invalidInput, "the SSH agent \(ssh.id) is required: give it with --ssh \(ssh.id)[=SOCKET]")
        }
        let socket = try await AgentSocket.open(in: state.newWorkspace(), for: ssh, to: agent)
        prepared.onRelease { await socket.close() }
        prepared.add(ContainerMount(target: ssh.target, content: .files(socket.path), isReadOnly: false))
    }
}
