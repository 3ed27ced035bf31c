/// A build that a contender is to do.
public struct BuildOrder: Sendable {
    /// The name of the application, which images and caches are called by.
    public let application: String
    /// Where the server is: HOST:PORT.
    public let server: String
    /// The directory that is built.
    public let context: String
    /// A directory of the runner, empty before the build.
    public let runner: String
    /// The socket of a docker daemon that has never built anything, where the contender has one.
    public let dockerSocket: String?
    /// Flags that every builder understands: build arguments and secrets.
    public let flags: [String]
    /// Where the programs are.
    public let programs: Programs

    /// Says all of it.
    package init(
        application: String, server: String, context: String, runner: String, dockerSocket: String?, flags: [String],
        programs: Programs
    ) {
        self.application = application
        self.server = server
        self.context = context
        self.runner = runner
        self.dockerSocket = dockerSocket
        self.flags = flags
        self.programs = programs
    }

    /// Where the programs are that build.
    public struct Programs: Sendable {
        /// The directory of larder and larderd.
        public let larder: String
        /// The root filesystem that the others are installed in.
        public let peers: String

        /// - Parameters:
        ///   - larder: the directory of larder and larderd.
        ///   - peers: the root filesystem that the others are installed in.
        public init(larder: String, peers: String) {
            self.larder = larder
            self.peers = peers
        }

        /// A command line of a program that is installed in there, where this machine's directory for temporary files may not be.
        func peer(_ variables: [String: String], _ arguments: [String]) -> [String] {
            ["chroot", peers, "/usr/bin/env", "--unset=TMPDIR"]
                + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                + arguments
        }
    }

    /// The image that is to be in the server's registry afterwards.
    var image: String { "\(server)/shop/\(application):1" }
    /// Where a cache with a manifest is kept: a tag beside the image's, so that layers of both are pushed once.
    var cacheTag: String { "\(server)/shop/\(application):cache" }
    /// Where a cache with a tag for each step is kept.
    var cacheRepository: String { "\(server)/shop/\(application)-cache" }
    /// The base image in the server's registry.
    var base: String { "\(server)/\(BaseImage.name)" }
    /// What a contender says of its steps beside its output, if it does.
    public var report: String { "\(runner)/build.json" }
}
