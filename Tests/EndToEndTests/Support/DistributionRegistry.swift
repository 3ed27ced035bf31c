import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

#if canImport(Glibc)
import Glibc
#endif

/// The registry of the distribution project, `docker-registry` in Debian, which asks for the login `u:pantry`.
struct DistributionRegistry: Sendable {
    /// Where it listens.
    let port: Int

    var host: String { "127.0.0.1:\(port)" }

    /// Whether it is on the PATH.
    static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/docker-registry")
    }

    /// Starts a registry that keeps what it gets in `directory` and lends it to `body`.
    static func run(
        in directory: FilePath, _ body: @Sendable (DistributionRegistry) async throws -> Void
    ) async throws {
        // The password as bcrypt has it.
        let users = "u:$2y$05$abcdefghijklmnopqrstuuT9vO9xjwU.Aj1Iot3R/HRrFG7sOwKXO\n"
        try Data(users.utf8).write(to: URL(filePath: "\(directory)/users"))
        let settings = """
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: "\(directory)/data"}}
            auth: {htpasswd: {realm: test, path: "\(directory)/users"}}
            http: {addr: "127.0.0.1:0"}

            """
        try Data(settings.utf8).write(to: URL(filePath: "\(directory)/registry.yml"))
        _ = try await Subprocess.run(
            .name("docker-registry"), arguments: ["serve", "\(directory)/registry.yml"], input: .none,
            output: .discarded, error: .sequence
        ) { execution in
            let pid = execution.processIdentifier.value
            defer { _ = kill(pid, SIGKILL) }
            var lines = execution.standardError.strings().makeAsyncIterator()
            while let line = try await lines.next() {
                guard let port = Self.port(in: line) else { continue }
                return try await body(DistributionRegistry(port: port))
            }
            throw ServerDidNotStart()
        }
    }

    private static func port(in line: String) -> Int? {
        line.firstRange(of: "listening on 127.0.0.1:").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }
}
