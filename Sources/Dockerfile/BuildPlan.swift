/// What is to be built, with every word expanded: the stages that the target needs, in an order in which each
/// comes after those it uses.
public struct BuildPlan: Sendable {
    /// The stages, pruned to what ``target`` needs.
    public let stages: [PlannedStage]
    /// The position in ``stages`` of the stage to build; the last one.
    public let target: Int
    /// Warnings for the user, each with `file:line:` in front.
    public let warnings: [String]

    /// Makes a plan.
    public init(stages: [PlannedStage], target: Int, warnings: [String]) {
        self.stages = stages
        self.target = target
        self.warnings = warnings
    }
}

/// One stage of a plan.
public struct PlannedStage: Sendable {
    /// What a stage begins with.
    public enum Base: Hashable, Sendable {
        /// Nothing.
        case scratch
        /// An image, named as in the Dockerfile after expansion, with the platform of `FROM --platform` if given.
        case image(String, platform: String?)
        /// The result of another stage, by its position in ``BuildPlan/stages``.
        case stage(Int)
    }

    /// `AS` name, or the stage's number in the Dockerfile.
    public let name: String
    /// What it begins with.
    public let base: Base
    /// The instructions that change the filesystem, in order.
    public let steps: [PlannedStep]
    /// The image configuration after the last instruction, base included.
    public let settings: ImageSettings
    /// One line of image history for each instruction, in order; a filesystem step's line has its position in ``steps``.
    public let history: [PlannedHistory]

    /// Makes a stage.
    public init(
        name: String, base: Base, steps: [PlannedStep], settings: ImageSettings, history: [PlannedHistory]
    ) {
        self.name = name
        self.base = base
        self.steps = steps
        self.settings = settings
        self.history = history
    }
}

/// A line of image history.
public struct PlannedHistory: Hashable, Sendable {
    /// As OCI's `created_by` has it.
    public let createdBy: String
    /// The filesystem step that it stands for; `nil` for an instruction that only changes configuration.
    public let step: Int?

    /// Makes a line.
    public init(createdBy: String, step: Int?) {
        self.createdBy = createdBy
        self.step = step
    }
}

/// One filesystem-changing instruction after expansion.
public struct PlannedStep: Sendable {
    /// What the instruction does.
    public enum Operation: Hashable, Sendable {
        case run(RunOperation)
        case copy(CopyOperation)
        case workdir(WorkdirOperation)
    }

    /// The instruction's text after expansion, on one line, for people.
    public let text: String
    /// Its line in the Dockerfile, from 1.
    public let line: Int
    /// What it does.
    public let operation: Operation

    /// Makes a step.
    public init(text: String, line: Int, operation: Operation) {
        self.text = text
        self.line = line
        self.operation = operation
    }
}

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

/// `COPY` and `ADD`.
public struct CopyOperation: Hashable, Sendable {
    /// Where the sources are.
    public enum Source: Hashable, Sendable {
        /// The build context, `.dockerignore` applied.
        case context
        /// Another stage, by its position in ``BuildPlan/stages``.
        case stage(Int)
        /// An image, named as in the Dockerfile after expansion.
        case image(String)
    }

    /// Where the sources are.
    public let source: Source
    /// Relative to the source's root, without a leading slash; may hold `*`, `?`, `[…]` as Go's `filepath.Match`.
    public let paths: [String]
    /// Absolute, cleaned.
    public let destination: String
    /// Whether the destination was written with a trailing slash (or is `.`, or there are several sources): it
    /// is a directory then.
    public let destinationIsDirectory: Bool
    /// `--chown`, unresolved; `nil` for root.
    public let owner: String?
    /// `--chmod` as permission bits; `nil` to keep the sources' own.
    public let mode: UInt32?
    /// Whether local tar archives are unpacked (`ADD`).
    public let unpacksArchives: Bool

    /// Makes an operation.
    public init(
        source: Source, paths: [String], destination: String, destinationIsDirectory: Bool, owner: String?,
        mode: UInt32?, unpacksArchives: Bool
    ) {
        self.source = source
        self.paths = paths
        self.destination = destination
        self.destinationIsDirectory = destinationIsDirectory
        self.owner = owner
        self.mode = mode
        self.unpacksArchives = unpacksArchives
    }
}

/// `WORKDIR`: makes the directory when it does not exist.
public struct WorkdirOperation: Hashable, Sendable {
    /// Absolute, cleaned.
    public let path: String
    /// As USER has it; the owner of a directory that is made.
    public let user: String

    /// Makes an operation.
    public init(path: String, user: String) {
        self.path = path
        self.user = user
    }
}
