internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// What each instruction itself contributes to its step key (design: "Step keys"), part by part.
enum StepOperation {
    /// The operation of a step.
    /// - Parameters:
    ///   - container: what the command line says of containers; its network counts where a RUN has none.
    ///   - platform: what a command runs on, `os/arch[/variant]`.
    static func key(
        of operation: PlannedStep.Operation, in container: SandboxSettings, on platform: String
    ) -> OperationKey {
        switch operation {
        case .run(let run): key(of: run, in: container, on: platform)
        case .copy(let copy): key(of: copy)
        case .workdir(let workdir): key(of: workdir)
        }
    }

    /// The network that a RUN gets.
    static func network(of run: RunOperation, otherwise network: RunOperation.Network) -> RunOperation.Network {
        run.network == .default ? network : run.network
    }

    /// The group a container is in does not change what it does. Of extra hosts the names count, as for BuildKit: an
    /// address says where something is, not what.
    private static func key(
        of run: RunOperation, in container: SandboxSettings, on platform: String
    ) -> OperationKey {
        var key = OperationKey(kind: "run")
        key.add("platform", platform)
        key.add("arguments", run.arguments)
        for variable in run.environment {
            let name = variable.prefix { $0 != "=" }
            key.add("environment.\(name)", String(variable.dropFirst(name.count + 1)))
        }
        key.add("directory", run.workingDirectory)
        key.add("user", run.user)
        key.add("network", Self.network(of: run, otherwise: container.network).rawValue)
        key.add("security", run.security.rawValue)
        key.add("hostname", container.hostName)
        key.add("hosts", container.extraHosts.map(\.name))
        key.add("shm-size", String(container.sharedMemorySize))
        for limit in container.resourceLimits {
            key.add("ulimit.\(limit.name)", [limit.soft, limit.hard].map { String($0) })
        }
        if let script = run.script { key.add("script", [script.name, script.text]) }
        for (position, mount) in run.mounts.enumerated() { key.add("mount.\(position)", fields(of: mount)) }
        return key
    }

    /// Every option that a command can see the effect of. What a mount shows enters the step key as an input, but the
    /// contents of a cache, a secret or an agent never do; so the id of a cache does not either, as in BuildKit.
    private static func fields(of mount: RunMount) -> [String] {
        switch mount {
        case .bind(let bind): ["bind", bind.target, bind.isWritable ? "writable" : "read-only"]
        case .tmpfs(let tmpfs):
            ["tmpfs", tmpfs.target, String(tmpfs.size ?? 0), tmpfs.isReadOnly ? "read-only" : "writable"]
        case .cache(let cache):
            [
                "cache", cache.target, cache.source == nil ? "empty" : "filled",
                cache.isReadOnly ? "read-only" : "writable", String(cache.mode, radix: 8), String(cache.uid),
                String(cache.gid),
            ]
        case .secret(let secret):
            [
                "secret", secret.id, secret.target ?? "", secret.environmentVariable ?? "",
                secret.required ? "required" : "optional", String(secret.mode, radix: 8), String(secret.uid),
                String(secret.gid),
            ] + [secret.target, secret.environmentVariable].map { $0 == nil ? "absent" : "present" }
        case .ssh(let ssh):
            [
                "ssh", ssh.id, ssh.target, ssh.required ? "required" : "optional", String(ssh.mode, radix: 8),
                String(ssh.uid), String(ssh.gid),
            ]
        }
    }

    private static func key(of copy: CopyOperation) -> OperationKey {
        var key = OperationKey(kind: copy.unpacking == .nothing ? "copy" : "add")
        key.add("destination", copy.destination)
        key.add("destination.directory", copy.destinationIsDirectory ? "yes" : "no")
        key.add("owner", copy.owner.map { [$0] } ?? [])
        key.add("mode", copy.mode.map { [$0.canonicalText] } ?? [])
        if copy.unpacking == .everything { key.add("unpack", "yes") }
        if copy.isLinked { key.add("link", "yes") }
        // What the context or plain paths give is in the content key; which part of it a pattern takes is not.
        switch copy.source {
        case .context, .directory: break
        case .stage, .image: addSelection(of: copy, to: &key)
        }
        for document in copy.documents { key.add("document.\(document.name)", document.text) }
        return key
    }

    private static func addSelection(of copy: CopyOperation, to key: inout OperationKey) {
        if copy.paths.contains(where: { CopyPaths.hasWildcard($0) }) { key.add("patterns", copy.paths) }
        if !copy.excludes.isEmpty { key.add("exclude", copy.excludes) }
        for item in copy.items {
            if case .tree(let root, let pattern) = item { key.add("parents", [root, pattern]) }
        }
    }

    private static func key(of workdir: WorkdirOperation) -> OperationKey {
        var key = OperationKey(kind: "workdir")
        key.add("path", workdir.path)
        key.add("user", workdir.user)
        return key
    }
}
