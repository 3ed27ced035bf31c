internal import Chunking
internal import Dockerfile
internal import SystemPackage

/// Executes a RUN.
struct RunStep: Sendable {
    let maker: LayerMaker
    let users: UserLookup
    let state: StateDirectory
    let settings: SandboxSettings
    let mounts: RunMounts

    /// What a command left.
    struct Made: Sendable {
        /// The layer; `nil` when the command changed nothing.
        let layer: Digest?
        /// Files that it saw and that had other bytes than the step's key says.
        var changed: [LayerPath] = []
    }

    /// Runs the command in the filesystem of `chain`, whose layers are on this runner.
    /// - Parameters:
    ///   - files: what its mounts show, in order.
    ///   - task: gets each line that the command prints.
    ///   - timer: gets how long the command ran, also when it failed.
    /// - Throws: `commandFailed` with the exit status; `notPermitted`, `invalidInput`, `io`.
    func run(
        _ run: RunOperation, in chain: [Digest], files: [MountedFiles], _ task: ProgressTask, _ timer: CommandTimer
    ) async throws -> Made {
        let runtime = try ContainerRuntime()
        let mounts = try await mounts.prepare(run, files: files, task)
        do {
            let request = try await request(run, chain, mounts)
            var made = try await execute(request, runtime, chain, timer) { task.output($0) }
            made.changed = mounts.changed
            await mounts.release()
            return made
        } catch {
            await mounts.release()
            throw error
        }
    }

    private func execute(
        _ request: ContainerRuntime.Request, _ runtime: ContainerRuntime, _ chain: [Digest], _ timer: CommandTimer,
        _ onOutput: @escaping @Sendable (String) -> Void
    ) async throws -> Made {
        let workspace = state.newWorkspace()
        let layers = maker.restorer.layers
        let root = try await BlockingThreads.run {
            try RootFilesystem(mounting: chain, from: layers, workspace: workspace)
        }
        do {
            let made = try await execute(request, runtime, root, timer, onOutput)
            try await BlockingThreads.run { root.discard() }
            return made
        } catch {
            await Uncancelled.run { root.discard() }
            throw error
        }
    }

    private func execute(
        _ request: ContainerRuntime.Request, _ runtime: ContainerRuntime, _ root: RootFilesystem, _ timer: CommandTimer,
        _ onOutput: @escaping @Sendable (String) -> Void
    ) async throws -> Made {
        let bundle = state.newWorkspace()
        let (status, omitting) = try await timer.measure {
            try await runtime.run(request, in: root, workspace: bundle, onOutput: onOutput)
        }
        guard status == 0 else {
            throw BuildError(.commandFailed, "the command ended with status \(status)", exitStatus: status)
        }
        try await BlockingThreads.run { try root.unmount() }
        return Made(layer: try await maker.adopt(root.upper, omitting: omitting))
    }

    private func request(
        _ run: RunOperation, _ chain: [Digest], _ mounts: PreparedMounts
    ) async throws -> ContainerRuntime.Request {
        let user = try await users.find(run.user, in: chain, ownerOfFiles: false)
        guard UserNamespace.present.contains(user: user.uid), UserNamespace.present.contains(group: user.gid) else {
            let lack = RootlessMode.lack ?? "give this user more ids in /etc/subuid and /etc/subgid"
            throw BuildError(
                .notPermitted, "the command is to run as \(user.uid):\(user.gid), who cannot be there: \(lack)")
        }
        var environment = run.environment + run.unkeyedEnvironment + mounts.variables
        if !environment.contains(where: { $0.hasPrefix("HOME=") }) { environment.append("HOME=\(user.home)") }
        let network = StepOperation.network(of: run, otherwise: settings.network)
        var request = ContainerRuntime.Request(
            arguments: run.arguments, environment: environment, workingDirectory: run.workingDirectory, user: user,
            hostNetwork: network != .none, isInsecure: run.security == .insecure, settings: settings,
            secretFiles: mounts.secretFiles, mounts: mounts.mounts)
        request.script = run.script.map { (RunOperation.scriptDirectory + $0.name, Array($0.text.utf8)) }
        return request
    }
}
