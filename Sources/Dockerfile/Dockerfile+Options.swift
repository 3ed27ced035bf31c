extension Dockerfile {
    /// What the command line adds to the file.
    public struct Options: Sendable {
        /// `--build-arg`; an entry without a value was taken from the environment by the caller, or left out.
        public var buildArguments: [String: String] = [:]
        /// `--target`; `nil` for the last stage.
        public var target: String?
        /// `--build-context`, by name.
        public var contexts: [String: NamedContext] = [:]
        /// `--label`.
        public var labels: [(name: String, value: String)] = []
        /// `os/arch[/variant]` of the result.
        public var platform = "linux/amd64"
        /// `os/arch[/variant]` of this machine.
        public var buildPlatform = "linux/amd64"

        /// Makes options with nothing set.
        public init() {}

        /// The context that stands in for a stage or an image. As in docker `docker.io/library/` in front and `:latest` behind
        /// make no difference.
        func context(named name: String) -> NamedContext? {
            if contexts.isEmpty { return nil }
            let wanted = Self.short(name)
            return contexts.first { Self.short($0.key) == wanted }?.value
        }

        /// The context that stands in for a stage with a name.
        func context(for stage: Stage) -> NamedContext? { stage.name.flatMap { context(named: $0) } }

        private static func short(_ name: String) -> String {
            var short = name.lowercased().unicodeScalars.map(\.self)[...]
            for prefix in ["index.docker.io/", "docker.io/", "library/"].map(\.scalarRun)
            where short.starts(with: prefix) {
                short = short.dropFirst(prefix.count)
            }
            let latest = ":latest".scalarRun
            if short.suffix(latest.count).elementsEqual(latest) { short = short.dropLast(latest.count) }
            return String(scalars: short)
        }
    }

    /// What `--build-context` puts in the place of a name.
    public enum NamedContext: Hashable, Sendable {
        /// A directory, under the name that the caller knows it by.
        case directory(String)
        /// An image.
        case image(String)
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
