public import Chunking
public import SystemPackage

/// Runs one process in a root filesystem through an OCI runtime (`runc`, then `crun`).
public struct ContainerRuntime: Sendable {
    /// The process and what it sees.
    public struct Request: Sendable {
        /// Program and arguments.
        public var arguments: [String]
        /// `NAME=value`.
        public var environment: [String]
        /// Absolute; made when it does not exist.
        public var workingDirectory: String
        /// The user.
        public var user: ResolvedUser
        /// Whether the process shares the host's network; else it has none.
        public var hostNetwork: Bool
        /// Whether the process has nearly all rights of this machine's root (`RUN --security=insecure`).
        public var isInsecure: Bool
        /// What holds for the containers of all RUNs; its network does not count here.
        public var settings: SandboxSettings
        /// Files mounted read-only for the process only: bytes, where, mode, owner.
        public var secretFiles: [SecretFile]
        /// A program that is there for the process only: where, and its bytes.
        public var script: (target: String, bytes: [UInt8])?
        /// What else is mounted for the process only.
        public var mounts: [ContainerMount]

        /// Makes a request.
        public init(
            arguments: [String], environment: [String], workingDirectory: String, user: ResolvedUser,
            hostNetwork: Bool, isInsecure: Bool = false, settings: SandboxSettings = SandboxSettings(),
            secretFiles: [SecretFile] = [], mounts: [ContainerMount] = []
        ) {
            self.arguments = arguments
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.user = user
            self.hostNetwork = hostNetwork
            self.isInsecure = isInsecure
            self.settings = settings
            self.secretFiles = secretFiles
            self.mounts = mounts
        }
    }

    /// A secret as a file.
    public struct SecretFile: Sendable {
        /// Its bytes.
        public var bytes: [UInt8]
        /// Where it appears; absolute.
        public var target: String
        /// Permission bits.
        public var mode: UInt32
        /// The owner.
        public var uid: UInt32
        /// The group.
        public var gid: UInt32

        /// Makes a file.
        public init(bytes: [UInt8], target: String, mode: UInt32, uid: UInt32, gid: UInt32) {
            self.bytes = bytes
            self.target = target
            self.mode = mode
            self.uid = uid
            self.gid = gid
        }
    }

    private let program: RuntimeProgram

    /// Finds the runtime on the PATH.
    /// - Throws: `notPermitted` saying what to install when there is none.
    public init() throws(BuildError) {
        program = try RuntimeProgram()
    }

    /// Runs the process to its end; its output (both streams, in lines, without the newline) goes to `onOutput` as
    /// it comes, from any thread; runtimes do not keep the order between the streams. Cancelling the task kills the container.
    /// - Parameter workspace: where the container's description is kept while it runs.
    /// - Returns: the exit status (128 and the number of a signal; 126 and 127 for a program that cannot be run, as
    ///   shells have it), and the mount points that were made in the upper directory and do not belong into the
    ///   layer.
    /// - Throws: `notPermitted` when the runtime may not do what it must (says which right), `io`,
    ///   `CancellationError`.
    public func run(
        _ request: Request, in root: RootFilesystem, workspace: FilePath,
        onOutput: @escaping @Sendable (String) -> Void
    ) async throws -> (exitStatus: Int32, omitting: Set<LayerPath>) {
        let execution = ContainerExecution(program, request, root, workspace: workspace)
        let task = Task { try await execution.run(onOutput: onOutput) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            execution.cancel()
        }
    }
}
