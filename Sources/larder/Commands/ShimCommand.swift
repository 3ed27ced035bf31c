import ArgumentParser
import SystemPackage

/// `larder shim`: puts a `docker` into a directory that stands in for docker.
struct ShimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shim",
        abstract: "Stand in for docker in scripts that are not to be changed.",
        discussion: """
            With the directory first on the PATH, 'docker build' and 'docker buildx build' are done by 'larder build' when \
            the image would be the same, and by docker otherwise; a line on standard error says which, and why. An image \
            made so is given to docker when a command needs it there ('docker run', 'docker save', …); 'docker tag' and \
            'docker push' of it are done from the server, gzip-compressed as docker does it (LARDER_SHIM_COMPRESSION). \
            Everything else is docker's, with the same streams and exit status.

            The server and all else comes from the environment: LARDER_SERVER, LARDER_TOKEN, LARDER_TOKEN_FILE, LARDER_PROJECT, \
            LARDER_SCOPE, LARDER_STATE, LARDER_CA_FILE, LARDER_CLIENT_CERT, LARDER_CLIENT_KEY. LARDER_DOCKER names docker where \
            it is not the next one on the PATH.

            EXAMPLES:
              larder shim install /opt/larder/bin
              export PATH=/opt/larder/bin:$PATH LARDER_SERVER=http://127.0.0.1:7070
              docker build -t shop/api:1 . && docker push shop/api:1
              larder shim status /opt/larder/bin
              larder shim remove /opt/larder/bin
            """,
        subcommands: [InstallShimCommand.self, ShimStatusCommand.self, RemoveShimCommand.self])
}

/// `larder shim install`.
struct InstallShimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Put a docker into a directory that stands in for docker.",
        discussion: """
            EXAMPLES:
              larder shim install ~/bin
            """)

    @Argument(help: ArgumentHelp("Where it goes; made if it is not there.", valueName: "DIR"))
    var directory: String

    func run() async throws {
        let link = ShimLink(in: directory)
        try link.install()
        print("installed \(link.path)")
        if let hint = link.pathHint(Surroundings.current()) { print(hint) }
    }
}

/// `larder shim status`.
struct ShimStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether docker is stood in for, and which images docker does not have yet.",
        discussion: """
            The exit status is 0 when the stand-in is there, else 1.

            EXAMPLES:
              larder shim status ~/bin
            """)

    @Argument(help: ArgumentHelp("Where it was put.", valueName: "DIR"))
    var directory: String

    func run() async throws {
        let surroundings = Surroundings.current()
        let link = ShimLink(in: directory)
        let isInstalled = link.state == .installed
        print("\(link.path): \(isInstalled ? "stands in for docker" : "not installed")")
        let docker = RealDocker.find(surroundings, own: DockerShim.own)
        print("docker: \(docker?.program.string ?? "none on the PATH")")
        print("server: \(surroundings.value("LARDER_SERVER") ?? "LARDER_SERVER is not set: docker builds")")
        if isInstalled, let hint = link.pathHint(surroundings) { print(hint) }
        let state = ShimStateFile(in: try BuildOrder.stateDirectory(nil, in: surroundings), surroundings).read()
        for image in state.pending { print("on the server alone: \(image.given) (\(image.image))") }
        if !isInstalled { throw ExitCode.failure }
    }
}

/// `larder shim remove`.
struct RemoveShimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take the docker away that stands in for docker.",
        discussion: """
            Images that docker does not have yet stay on the server.

            EXAMPLES:
              larder shim remove ~/bin
            """)

    @Argument(help: ArgumentHelp("Where it was put.", valueName: "DIR"))
    var directory: String

    func run() async throws {
        let link = ShimLink(in: directory)
        try link.remove()
        print("removed \(link.path)")
    }
}
