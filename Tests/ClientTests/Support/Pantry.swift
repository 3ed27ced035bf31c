import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A running `larderd` on a new root, and a place for a test's files, which its clients see too.
struct Pantry: Sendable {
    let server: ServerProcess
    let peers: Peers
    /// Where the test's files are.
    let directory: FilePath
    /// Who signed the server's certificate; `nil` for a server without.
    var authority: TestAuthority?

    /// What images are named with. None of the clients but those told otherwise knows that there is no TLS.
    var host: String { "127.0.0.1:\(server.port)" }

    /// Lends one, begun with `options`, to `body`. The test is skipped where one of the programs that it is about is not
    /// installed.
    static func run(
        with programs: String..., options: [String] = [], _ body: @Sendable (Pantry) async throws -> Void
    ) async throws {
        for program in programs where !Peers.has(program) {
            try Test.cancel("\(program) is not installed: run deploy/peers install test")
        }
        let peers = try #require(Peers.current)
        let directory = peers.directory.appending("\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        try await ServerProcess.run(root: directory.appending("root"), options: options) { server in
            try await body(Pantry(server: server, peers: peers, directory: directory))
        }
        try FileManager.default.removeItem(atPath: directory.string)
    }

    /// Lends one whose server has a certificate for 127.0.0.1 and ``secureName``, from an authority that nobody knows.
    static func runSecure(
        with programs: String..., body: @Sendable (Pantry) async throws -> Void
    ) async throws {
        for program in programs where !Peers.has(program) {
            try Test.cancel("\(program) is not installed: run deploy/peers install test")
        }
        let peers = try #require(Peers.current)
        let directory = peers.directory.appending("\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let authority = try TestAuthority(in: directory)
        let pair = try authority.certificate(for: "127.0.0.1", Peers.secureName)
        let options = ["--tls-cert", pair.certificate.string, "--tls-key", pair.key.string]
        try await ServerProcess.run(root: directory.appending("root"), options: options) { server in
            try await body(Pantry(server: server, peers: peers, directory: directory, authority: authority))
        }
        try FileManager.default.removeItem(atPath: directory.string)
    }

    /// Writes files below the directory `name` and gives it.
    @discardableResult
    func context(_ files: [String: String], named name: String = "context") throws -> String {
        let root = directory.appending(name)
        for (path, text) in files {
            let file = root.appending(path)
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
        return root.string
    }

    /// Runs `larder` with these arguments against the server.
    @discardableResult
    func larder(_ arguments: String...) async throws -> String {
        let outcome = try await Subprocess.run(
            .path(ServerProcess.executables.appending("larder")), arguments: Arguments(arguments),
            environment: .inherit.updating([
                "LARDER_SERVER": server.address, "LARDER_STATE": directory.appending("state").string,
                "LARDER_CA_FILE": authority?.file.string ?? "",
            ]),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard outcome.terminationStatus.isSuccess else {
            throw Peers.Failure(
                command: "larder \(arguments)", status: "\(outcome.terminationStatus)", said: outcome.standardError)
        }
        return outcome.standardOutput
    }

    /// Gives the server a root filesystem of a few commands to build on, and gives its name.
    @discardableResult
    func importBase() async throws -> String {
        _ = try await TinyImage.tar(in: directory)
        try await larder("import", directory.appending("tiny.tar").string, "shop/base:1")
        return "\(host)/shop/base:1"
    }
}
