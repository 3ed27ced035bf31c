import ArgumentParser
import Build
import FoundationEssentials
import Glibc
import OCI
import SystemPackage

/// `larder push`: an image of the server to other registries.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Copy an image from the server to other registries, with the logins of docker or podman.",
        discussion: """
            Layers that a registry has are not sent again; several registries are sent to at once. Layers leave as they \
            are on the server, uncompressed when larder built them; --compression makes them smaller for other \
            registries, and gives the image another digest, which is printed.

            EXAMPLES:
              larder push --server http://127.0.0.1:7070 shop/api:1 registry.example.com/shop/api
              larder push --compression zstd shop/api:1 ghcr.io/shop/api:1 registry.example.com/shop/api:1.0
            """)

    @Argument(help: ArgumentHelp("The image on the server, repository[:tag][@digest].", valueName: "REF"))
    var image: String
    @Argument(
        help: ArgumentHelp(
            "Where it goes, host/repository[:tag]; the tag of REF when none is given. May be several.",
            valueName: "DESTINATION"))
    var destinations: [String]
    @OptionGroup var compression: CompressionFlags
    @OptionGroup(title: "Server") var connection: ConnectionFlags
    @Option(help: ArgumentHelp("How progress is shown: auto, plain, tty or quiet.", valueName: "FORM"))
    var progress = ProgressForm.auto
    @Flag(name: .shortAndLong, help: "Show no progress; print the digest.")
    var quiet = false

    func validate() throws {
        _ = try copy(in: .current())
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let copy = try copy(in: surroundings)
        let server = try connection.serverConnection(in: surroundings, owning: copy.name)
        let display = (quiet ? .quiet : progress).display(environment: surroundings.environment)
        let digest = try await ServerTask.run(on: server, showing: display) {
            try await copy.run(on: server, events: display)
        }
        print(digest)
    }

    /// What the flags come down to.
    /// - Throws: `ValidationError`.
    func copy(in surroundings: Surroundings) throws -> ImageCopy {
        let address = try connection.address(in: surroundings)
        let directory = surroundings.value("TMPDIR") ?? "/var/tmp"
        return ImageCopy(
            name: try ImageNames.source(image, server: address),
            destinations: try destinations.map { try ImageNames.destination($0, server: address) },
            compression: try compression.compression(), temporaryDirectory: FilePath(directory))
    }
}
