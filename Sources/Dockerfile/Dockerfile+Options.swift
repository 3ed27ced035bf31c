extension Dockerfile {
    /// What the command line adds to the file.
    public struct Options: Sendable {
        /// `--build-arg`; an entry without a value was taken from the environment by the caller, or left out.
        public var buildArguments: [String: String] = [:]
        /// `--target`; `nil` for the last stage.
        public var target: String?
        /// `--label`.
        public var labels: [(name: String, value: String)] = []
        /// `os/arch[/variant]` of the result.
        public var platform = "linux/amd64"
        /// `os/arch[/variant]` of this machine.
        public var buildPlatform = "linux/amd64"

        /// Makes options with nothing set.
        public init() {}
    }

    /// An image that a plan needs settings of.
    public struct ImageRequest: Hashable, Sendable {
        /// As written, after expansion of global ARGs.
        public let name: String
        /// `FROM --platform` after expansion; `nil` for ``Options/platform``.
        public let platform: String?

        /// Makes a request.
        public init(name: String, platform: String?) {
            self.name = name
            self.platform = platform
        }
    }
}
