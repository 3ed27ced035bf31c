internal import Chunking
internal import OCI
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// One run of a container, which ends however it is cancelled: the runtime is never killed itself, since its container
/// would go on, but told to kill the container until there is none.
final class ContainerExecution: Sendable {
    typealias Outcome = (exitStatus: Int32, omitting: Set<LayerPath>)

    private enum State {
        case running, cancelled, ended
    }

    private let program: RuntimeProgram
    private let request: ContainerRuntime.Request
    private let root: RootFilesystem
    private let bundle: ContainerBundle
    private let state = Mutex(State.running)

    init(
        _ program: RuntimeProgram, _ request: ContainerRuntime.Request, _ root: RootFilesystem, workspace: FilePath
    ) {
        self.program = program
        self.request = request
        self.root = root
        bundle = ContainerBundle(in: workspace)
    }

    /// Runs the container to its end; to be called once, in a task that is not cancelled.
    /// - Throws: `CancellationError` after ``cancel()``.
    func run(onOutput: @escaping @Sendable (String) -> Void) async throws -> Outcome {
        let (bundle, request, root) = (bundle, request, root)
        do {
            let points = try await BlockingThreads.run { try bundle.make(request, root: root) }
            let status = try await runProcess(onOutput)
            let wasCancelled = end()
            let stubs = try await BlockingThreads.run {
                let stubs = try points.stubs(in: root.upper)
                root.add(stubs: stubs)
                return stubs
            }
            if wasCancelled { throw CancellationError() }
            let exitStatus = try await BlockingThreads.run { try RuntimeLog.exitStatus(status, bundle.log) }
            try await BlockingThreads.run { try bundle.remove() }
            return (exitStatus, stubs)
        } catch {
            _ = end()
            await clean()
            throw Self.failure(error)
        }
    }

    /// Kills the container.
    func cancel() {
        let wasRunning = state.withLock { state in
            guard case .running = state else { return false }
            state = .cancelled
            return true
        }
        guard wasRunning else { return }
        Task {
            // The container may not be there yet.
            while state.withLock({ $0 == .cancelled }) {
                await call(["kill", bundle.id, "KILL"])
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Returns whether it was cancelled.
    private func end() -> Bool {
        state.withLock { state in
            defer { state = .ended }
            return state == .cancelled
        }
    }

    private func runProcess(_ onOutput: @escaping @Sendable (String) -> Void) async throws -> TerminationStatus {
        if state.withLock({ $0 == .cancelled }) { throw CancellationError() }
        var options = PlatformOptions()
        // Signals of a terminal are for the build, which then cancels this.
        options.processGroupID = 0
        let arguments =
            program.arguments(state: bundle.state, log: bundle.log) + [
                "run", "--bundle", bundle.path.string, bundle.id,
            ]
        // The runtime copies each stream through a pipe of its own. Lines are told apart in each, so that none is mixed.
        let result = try await Subprocess.run(
            .path(program.path), arguments: Arguments(arguments), platformOptions: options, input: .none,
            output: .sequence, error: .sequence
        ) { process in
            async let errors: Void = Self.read(process.standardError, onOutput)
            try await Self.read(process.standardOutput, onOutput)
            try await errors
        }
        return result.terminationStatus
    }

    private static func read(
        _ stream: SubprocessOutputSequence, _ onOutput: @escaping @Sendable (String) -> Void
    ) async throws {
        var lines = OutputLines()
        for try await buffer in stream { lines.append(buffer.bytes, onLine: onOutput) }
        lines.finish(onLine: onOutput)
    }

    /// Calls the runtime for something that may fail.
    private func call(_ command: [String]) async {
        let log = bundle.path.appending("log-of-calls")
        _ = try? await Subprocess.run(
            .path(program.path), arguments: Arguments(program.arguments(state: bundle.state, log: log) + command),
            output: .discarded, error: .discarded)
    }

    private func clean() async {
        await call(["delete", "--force", bundle.id])
        let bundle = bundle
        try? await BlockingThreads.run { try bundle.remove() }
    }

    private static func failure(_ error: any Error) -> any Error {
        if error is CancellationError || error is BuildError { return error }
        guard let errno = error as? Errno, errno.isDenial else {
            return BuildError(.io, "a container cannot be run: \(error)", cause: error)
        }
        return BuildError(.notPermitted, "a container cannot be run: \(errno); \(Privileges.advice)", cause: error)
    }
}
