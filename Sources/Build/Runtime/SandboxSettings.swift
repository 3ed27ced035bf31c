public import Dockerfile

/// What the command line says of the containers of all RUNs.
public struct SandboxSettings: Hashable, Sendable {
    /// A name in `/etc/hosts`.
    public struct ExtraHost: Hashable, Sendable {
        /// The name.
        public var name: String
        /// An IPv4 or IPv6 address.
        public var address: String

        /// Makes an entry.
        public init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// A limit as of `setrlimit(2)`.
    public struct ResourceLimit: Hashable, Sendable {
        /// As docker names it: `nofile`, `nproc`, …
        public var name: String
        /// What holds until the process raises it.
        public var soft: UInt64
        /// How far it can raise it; ``unlimited`` for any.
        public var hard: UInt64

        /// No limit at all.
        public static let unlimited = UInt64.max

        /// Makes a limit.
        public init(name: String, soft: UInt64, hard: UInt64) {
            self.name = name
            self.soft = soft
            self.hard = hard
        }
    }

    /// The network of a RUN that names none.
    public var network = RunOperation.Network.default
    /// `--add-host`.
    public var extraHosts: [ExtraHost] = []
    /// `--shm-size`: how much fits into `/dev/shm`. Bytes.
    public var sharedMemorySize: Int64 = 64 << 20
    /// `--ulimit`, each name once.
    public var resourceLimits: [ResourceLimit] = []
    /// The same on every runner, since programs write it into what they make.
    public var hostName = "buildkitsandbox"
    /// `--cgroup-parent`: the control group below which those of containers are; `nil` for the runtime's choice.
    public var controlGroupParent: String?

    /// Makes the settings of a build that says nothing of containers.
    public init() {}
}
