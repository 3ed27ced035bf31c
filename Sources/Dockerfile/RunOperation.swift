/// `RUN`.
public struct RunOperation: Hashable, Sendable {
    /// The network the instruction asks for.
    public enum Network: String, Hashable, Sendable {
        case `default`
        case none
        case host
    }

    /// Where a ``script`` is while the command runs.
    public static let scriptDirectory = "/dev/pipes/"
    /// What the instruction lets the process do.
    public enum Security: String, Hashable, Sendable {
        /// What every RUN may.
        case sandbox
        /// Nearly everything that the machine's root may.
        case insecure
    }

    /// The program and its arguments, `SHELL` already applied.
    public let arguments: [String]
    /// `NAME=value` in order: ENV of base and stage, then every declared ARG that has a value.
    public let environment: [String]
    /// Those of ``environment`` that an ARG gives, by name; for people.
    public internal(set) var argumentNames: Set<String> = []
    /// Proxy variables given as build arguments that nobody declared: the process sees them, the key does not.
    public let unkeyedEnvironment: [String]
    /// Absolute.
    public let workingDirectory: String
    /// As USER has it (`name`, `uid`, `name:group`, …); empty for root.
    public let user: String
    /// `--network` of the instruction.
    public let network: Network
    /// `--security`.
    public let security: Security
    /// `--mount`, sorted by target: what is mounted below another mount comes after it.
    public internal(set) var mounts: [RunMount]
    /// A here-document with an interpreter line: a program that is in `/dev/pipes` for the time of the command.
    public var script: InlineFile?

    /// Makes an operation.
    public init(
        arguments: [String], environment: [String], unkeyedEnvironment: [String], workingDirectory: String,
        user: String, network: Network = .default, security: Security = .sandbox, mounts: [RunMount] = []
    ) {
        self.arguments = arguments
        self.environment = environment
        self.unkeyedEnvironment = unkeyedEnvironment
        self.workingDirectory = workingDirectory
        self.user = user
        self.network = network
        self.security = security
        self.mounts = mounts
    }
}
