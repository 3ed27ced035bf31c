import ArgumentParser

/// `larder build`: stands in for `docker build`.
struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build the image of a Dockerfile; flags are named as docker build names them.",
        discussion: """
            The image is in the server's registry under each of its names. A server that cannot be reached is a \
            warning: the build goes on without the cache.

            Root is not needed: other users build in a user namespace, with the ids that /etc/subuid and /etc/subgid \
            give them (packages runc and uidmap). What is lacking is said by the first step that needs it.

            EXAMPLES:
              larder build --server http://127.0.0.1:7070 -t shop/api:1 .
              larder build -t shop/api:1 --build-arg VERSION=1.2 --secret id=npm,src=.npmrc --metadata-file build.json .
              larder build -t shop/api:1 --load .
              larder build -t shop/api:1 --output type=oci,dest=api.tar .
              larder build -t shop/api:1 --report build.html --report type=md,dest="$GITHUB_STEP_SUMMARY" .
              larder build --check .
              larder build -f - --target test . < Dockerfile.test
            """)

    @OptionGroup var flags: BuildFlags
    @Flag(help: "Only check the Dockerfile, and build nothing; fails when something is found.")
    var check = false

    func validate() throws {
        _ = try BuildOrder(flags, in: .current())
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let order = try BuildOrder(flags, in: surroundings)
        if check { return try await CheckRun(order: order, surroundings: surroundings).run() }
        try await BuildRun(order: order, surroundings: surroundings).run()
    }
}
