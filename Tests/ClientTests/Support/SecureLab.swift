import FoundationEssentials
import SystemPackage
import TestSupport

/// A real server with TLS that wants to know who asks, and a client that believes its certificate, without any login.
struct SecureLab: Sendable {
    let standIn: StandIn
    let server: ServerProcess
    let directory: FilePath
    /// Signed the server's certificate, and is believed for those of clients where they are asked for one.
    let authority: TestAuthority
    private let variables: [String: String]

    /// The user alice, whose password is `secret`, and clients with certificates that are called `runner`.
    private static let userRule =
        #"{"user": "alice", "project": "shop", "scope": "main", "rights": ["read", "write"]}"#
    private static let certificateRule =
        #"{"certificate": {"cn": "runner"}, "project": "shop", "scope": "main", "rights": ["read", "write"]}"#

    /// Lends one.
    /// - Parameter wantsCertificates: whether nobody connects without one.
    static func run(
        wantsCertificates: Bool = false, _ body: @Sendable (SecureLab) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let pair = try authority.certificate(for: "127.0.0.1")
            func write(_ text: String, _ name: String) throws {
                try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
            }
            try write("alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n", "users")
            let rules = [userRule] + (wantsCertificates ? [certificateRule] : [])
            try write("{\"rules\": [\(rules.joined(separator: ","))]}", "rules.json")
            var options = [
                "--tls-cert", pair.certificate.string, "--tls-key", pair.key.string,
                "--htpasswd", "\(directory)/users", "--access-rules", "\(directory)/rules.json",
            ]
            if wantsCertificates {
                options += ["--tls-client-ca", authority.file.string, "--tls-client-auth", "require"]
            }
            try await ServerProcess.run(root: directory.appending("root"), options: options) { server in
                let standIn = try await StandIn(in: directory, server: server.address)
                let variables = [
                    "LARDER_CA_FILE": authority.file.string, "host": "127.0.0.1:\(server.port)",
                    "DOCKER_CONFIG": "\(directory)/docker",
                ]
                try await body(
                    SecureLab(
                        standIn: standIn, server: server, directory: directory, authority: authority,
                        variables: variables))
            }
        }
    }

    /// Makes the context `c`.
    static let context = "mkdir -p c; echo 1 >c/a; printf 'FROM scratch\\nCOPY a /a\\n' >c/Dockerfile\n"

    /// Runs a script in which `larder` and `larderd` are the programs, `docker` is the stand-in and `$host` the server's host.
    func run(_ script: String, _ more: [String: String] = [:]) async throws -> StandIn.Outcome {
        let programs = ["larder", "larderd"].map { name in
            "\(name)() { '\(ServerProcess.executables.appending(name))' \"$@\"; }\n"
        }
        return try await standIn.run(programs.joined() + script, variables.merging(more) { $1 })
    }

    /// What a file below the directory has; nothing when it is not there.
    func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: URL(filePath: "\(directory)/\(name)"))) ?? Data(), as: UTF8.self)
    }

    /// Waits until the audit log tells of somebody: it is written in the background.
    func isAudited(_ identity: String) async throws -> Bool {
        try await eventually { text("root/audit.log").contains("\"identity\":\"\(identity)\"") }
    }
}
