/// A parsed Dockerfile. Parsing and planning are pure: no file and no network is touched.
///
/// Planning takes two calls, since words expand with the environment of the base images:
/// ``requiredImages(options:)`` names them, ``plan(options:bases:)`` gets their settings.
public struct Dockerfile: Sendable {
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

    /// Parses the bytes of a Dockerfile. `file` is the path for messages.
    /// - Throws: `syntax` with the line; `unsupported` for another frontend's syntax line.
    public init(parsing bytes: [UInt8], file: String) throws(DockerfileError) {
        throw DockerfileError(.syntax, file: file, line: 1, text: "", message: "not written yet")
    }

    /// The images that the stages needed for the target begin with or copy from; each once, in order of use.
    /// - Throws: `syntax`, `unsupported`, `unknownName`.
    public func requiredImages(options: Options) throws(DockerfileError) -> [ImageRequest] { [] }

    /// Expands everything. `bases` has the settings of every image of ``requiredImages(options:)`` that is a base
    /// (one that is only copied from is not looked up).
    /// - Throws: `syntax`, `unsupported` (ONBUILD triggers in a base, flags, instructions), `unknownName`.
    public func plan(options: Options, bases: [ImageRequest: ImageSettings]) throws(DockerfileError) -> BuildPlan {
        BuildPlan(stages: [], target: 0, warnings: [])
    }
}
