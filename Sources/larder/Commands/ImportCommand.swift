import ArgumentParser
import Build
import CacheAPI
import Chunking
import Glibc
import OCI
import SystemPackage

/// `larder import`: a base image out of a root filesystem.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make an image on the server out of the tar of a root filesystem.",
        discussion: """
            For places with no upstream registry: what FROM names must be on the server then. The tar may be \
            compressed with gzip or zstd. Prints the digest of the image.

            EXAMPLES:
              larder import --server http://127.0.0.1:7070 rootfs.tar debian:bookworm
              debootstrap --variant=minbase bookworm root && tar -C root -c . | larder import - debian:bookworm
            """)

    @Argument(help: ArgumentHelp("The tar; '-' for standard input.", valueName: "ROOTFS.tar"))
    var archive: String
    @Argument(help: ArgumentHelp("The name of the image, repository[:tag].", valueName: "NAME:TAG"))
    var name: String
    @OptionGroup var connection: ConnectionFlags
    @Option(help: ArgumentHelp("What the image runs on; default: this machine's.", valueName: "OS/ARCH[/VARIANT]"))
    var platform: String?
    @Option(help: ArgumentHelp("How progress is shown: auto, plain, tty or quiet.", valueName: "FORM"))
    var progress = ProgressForm.auto

    func run() async throws {
        let surroundings = Surroundings.current()
        let address = try connection.address(in: surroundings)
        let image = try ImageNames.read([name], flag: "NAME:TAG", server: address)[0]
        guard image.host == nil else {
            throw ValidationError(
                "'\(name)' is in another registry than the server's: import to a name without a host, as in debian:bookworm"
            )
        }
        let rootFilesystem = RootFilesystemImport(
            archive: archive == "-" ? nil : FilePath(archive), name: image,
            platform: try PlatformFlag.read(platform, in: surroundings))
        let server = try connection.serverConnection(in: surroundings, owning: image)
        let display = progress.display(environment: surroundings.environment)
        let imported = try await ServerTask.run(on: server, showing: display) {
            try await rootFilesystem.run(on: server, events: display)
        }
        print(imported.digest)
    }
}
