/// `RUN`.
public struct RunOperation: Hashable, Sendable {
    /// A `--mount=type=secret`; kinds of mounts not listed here are refused while planning.
    public struct SecretMount: Hashable, Sendable {
        /// Which secret.
        public let id: String
        /// Where it appears as a file; absolute.
        public let target: String?
        /// The environment variable it appears as.
        public let environmentVariable: String?
        /// Whether the build fails without it.
        public let required: Bool
        /// Permission bits.
        public let mode: UInt32
        /// The owner.
        public let uid: UInt32
        /// The group.
        public let gid: UInt32

        /// Makes a mount.
        public init(
            id: String, target: String?, environmentVariable: String?, required: Bool, mode: UInt32, uid: UInt32,
            gid: UInt32
        ) {
            self.id = id
            self.target = target
            self.environmentVariable = environmentVariable
            self.required = required
            self.mode = mode
            self.uid = uid
            self.gid = gid
        }
    }

    /// The network the instruction asks for.
    public enum Network: String, Hashable, Sendable {
        case `default`
        case none
        case host
    }

    /// Where a ``script`` is while the command runs.
    public static let scriptDirectory = "/dev/pipes/"

    /// The program and its arguments, `SHELL` already applied.
    public let arguments: [String]
    /// `NAME=value` in order: ENV of base and stage, then every declared ARG that has a value.
    public let environment: [String]
    /// Proxy variables given as build arguments that nobody declared: the process sees them, the key does not.
    public let unkeyedEnvironment: [String]
    /// Absolute.
    public let workingDirectory: String
    /// As USER has it (`name`, `uid`, `name:group`, …); empty for root.
    public let user: String
    /// `--network` of the instruction.
    public let network: Network
    /// `--mount=type=secret`.
    public let secrets: [SecretMount]
    /// A here-document with an interpreter line: a program that is in `/dev/pipes` for the time of the command.
    public var script: InlineFile?

    /// Makes an operation.
    public init(
        arguments: [String], environment: [String], unkeyedEnvironment: [String], workingDirectory: String,
        user: String, network: Network, secrets: [SecretMount]
    ) {
        self.arguments = arguments
        self.environment = environment
        self.unkeyedEnvironment = unkeyedEnvironment
        self.workingDirectory = workingDirectory
        self.user = user
        self.network = network
        self.secrets = secrets
    }
}
