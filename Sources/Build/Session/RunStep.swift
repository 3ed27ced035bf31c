internal import Chunking
internal import Dockerfile
internal import SystemPackage

/// Executes a RUN.
struct RunStep: Sendable {
    let maker: LayerMaker
    let users: UserLookup
    let state: StateDirectory
    let network: RunOperation.Network
    let secrets: [String: BuildRequest.Secret]

    /// What a command left.
    struct Made: Sendable {
        /// The layer; `nil` when the command changed nothing.
        let layer: Digest?
        /// How long the command itself took. Seconds.
        let seconds: Double
    }

    /// Runs the command in the filesystem of `chain`, whose layers are on this runner.
    /// - Parameter onOutput: gets each line that the command prints.
    /// - Throws: `commandFailed` with the exit status; `notPermitted`, `invalidInput`, `io`.
    func run(
        _ run: RunOperation, in chain: [Digest], onOutput: @escaping @Sendable (String) -> Void
    ) async throws -> Made {
        let runtime = try ContainerRuntime()
        let request = try await request(run, chain)
        let workspace = state.newWorkspace()
        let layers = maker.restorer.layers
        let root = try await BlockingThreads.run {
            try RootFilesystem(mounting: chain, from: layers, workspace: workspace)
        }
        do {
            let made = try await execute(request, runtime, root, onOutput)
            try await BlockingThreads.run { root.discard() }
            return made
        } catch {
            await Self.discard(root)
            throw error
        }
    }

    private func execute(
        _ request: ContainerRuntime.Request, _ runtime: ContainerRuntime, _ root: RootFilesystem,
        _ onOutput: @escaping @Sendable (String) -> Void
    ) async throws -> Made {
        let bundle = state.newWorkspace()
        let start = ContinuousClock.now
        let (status, omitting) = try await runtime.run(request, in: root, workspace: bundle, onOutput: onOutput)
        guard status == 0 else {
            throw BuildError(.commandFailed, "the command ended with status \(status)", exitStatus: status)
        }
        let seconds = Clock.seconds(since: start)
        try await BlockingThreads.run { try root.unmount() }
        return Made(layer: try await maker.adopt(root.upper, omitting: omitting), seconds: seconds)
    }

    /// Also when the task was cancelled, which keeps work from the threads otherwise.
    private static func discard(_ root: RootFilesystem) async {
        await Task.detached { try? await BlockingThreads.run { root.discard() } }.value
    }

    private func request(_ run: RunOperation, _ chain: [Digest]) async throws -> ContainerRuntime.Request {
        let user = try await users.find(run.user, in: chain, ownerOfFiles: false)
        let (files, variables) = try await findSecrets(of: run)
        var environment = run.environment + run.unkeyedEnvironment + variables
        if !environment.contains(where: { $0.hasPrefix("HOME=") }) { environment.append("HOME=\(user.home)") }
        let network = StepOperation.network(of: run, otherwise: network)
        var request = ContainerRuntime.Request(
            arguments: run.arguments, environment: environment, workingDirectory: run.workingDirectory, user: user,
            hostNetwork: network != .none, secretFiles: files)
        request.script = run.script.map { (RunOperation.scriptDirectory + $0.name, Array($0.text.utf8)) }
        return request
    }

    private func findSecrets(
        of run: RunOperation
    ) async throws -> (files: [ContainerRuntime.SecretFile], variables: [String]) {
        var files: [ContainerRuntime.SecretFile] = []
        var variables: [String] = []
        for mount in run.secrets {
            guard let secret = secrets[mount.id] else {
                guard mount.required else { continue }
                throw BuildError(
                    .invalidInput, "the secret \(mount.id) is required: give it with --secret id=\(mount.id),src=FILE")
            }
            let bytes = try await Self.bytes(of: secret, mount.id)
            if let target = mount.target {
                files.append(
                    ContainerRuntime.SecretFile(
                        bytes: bytes, target: target, mode: mount.mode, uid: mount.uid, gid: mount.gid))
            }
            if let variable = mount.environmentVariable {
                variables.append("\(variable)=" + String(decoding: bytes, as: UTF8.self))
            }
        }
        return (files, variables)
    }

    private static func bytes(of secret: BuildRequest.Secret, _ id: String) async throws -> [UInt8] {
        switch secret {
        case .value(let text): return Array(text.utf8)
        case .file(let path):
            do {
                return try await BlockingThreads.run { try StateFile.read(path, upTo: 500 << 10) }
            } catch let error as BuildError {
                throw BuildError(.invalidInput, "the secret \(id): \(error.description)", cause: error)
            }
        }
    }
}
