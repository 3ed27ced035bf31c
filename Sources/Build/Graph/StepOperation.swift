internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// What each instruction itself contributes to its step key (design: "Step keys"), part by part.
enum StepOperation {
    /// The operation of a step.
    /// - Parameters:
    ///   - network: `--network` of the command line; counts where the instruction has none.
    static func key(of operation: PlannedStep.Operation, network: RunOperation.Network) -> OperationKey {
        switch operation {
        case .run(let run): key(of: run, network: network)
        case .copy(let copy): key(of: copy)
        case .workdir(let workdir): key(of: workdir)
        }
    }

    /// The network that a RUN gets.
    static func network(of run: RunOperation, otherwise network: RunOperation.Network) -> RunOperation.Network {
        run.network == .default ? network : run.network
    }

    private static func key(of run: RunOperation, network: RunOperation.Network) -> OperationKey {
        var key = OperationKey(kind: "run")
        key.add("arguments", run.arguments)
        for variable in run.environment {
            let name = variable.prefix { $0 != "=" }
            key.add("environment.\(name)", String(variable.dropFirst(name.count + 1)))
        }
        key.add("directory", run.workingDirectory)
        key.add("user", run.user)
        key.add("network", Self.network(of: run, otherwise: network).rawValue)
        for (position, secret) in run.secrets.enumerated() {
            key.add(
                "secret.\(position)",
                [
                    secret.id, "target", secret.target ?? "", "variable", secret.environmentVariable ?? "",
                    secret.required ? "required" : "optional", String(secret.mode, radix: 8), String(secret.uid),
                    String(secret.gid),
                ] + [secret.target, secret.environmentVariable].map { $0 == nil ? "absent" : "present" })
        }
        if let script = run.script { key.add("script", [script.name, script.text]) }
        return key
    }

    private static func key(of copy: CopyOperation) -> OperationKey {
        var key = OperationKey(kind: copy.unpacking == .nothing ? "copy" : "add")
        key.add("destination", copy.destination)
        key.add("destination.directory", copy.destinationIsDirectory ? "yes" : "no")
        key.add("owner", copy.owner.map { [$0] } ?? [])
        key.add("mode", copy.mode.map { [$0.text] } ?? [])
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
