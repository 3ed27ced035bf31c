import ArgumentParser

/// `larder`: builds images, brings base images to a server, and finished ones to other registries.
struct LarderCommand: AsyncParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "larder",
        abstract: "Builds Dockerfiles, and asks a larderd before each step whether it has the result.",
        discussion: """
            EXAMPLES:
              larder build --server http://127.0.0.1:7070 -t shop/api:1 .
              larder explain --server http://127.0.0.1:7070 -t shop/api:1 .
              larder push shop/api:1 registry.example.com/shop/api:1
              larder import --server http://127.0.0.1:7070 rootfs.tar debian:bookworm
              larder ci
              larder login https://larder.internal:7070
              larder shim install /opt/larder/bin
              source <(larder completion bash)

            EXIT STATUS:
              0    done
              1    the build, or what else was to be done, failed
              64   the command line is wrong, or a variable of the environment
              130  interrupted (SIGINT); 143 for SIGTERM, 129 for SIGHUP
              As docker (larder shim): docker's own; 127 where docker is needed and not there.
            """,
        version: version,
        subcommands: [
            BuildCommand.self, PlanCommand.self, ExplainCommand.self, PushCommand.self, ImportCommand.self,
            LoginCommand.self, LogoutCommand.self,
            CICommand.self, ShimCommand.self, DiskUsageCommand.self, PruneCommand.self, CompletionCommand.self,
        ])
}
