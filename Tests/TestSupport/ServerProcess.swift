internal import FoundationEssentials
internal import Glibc
internal import Subprocess
public import SystemPackage

/// A real `larderd`, the executable that was built beside these tests.
public struct ServerProcess: Sendable {
    /// The process id.
    public let pid: Int32
    /// The port it listens on.
    public let port: Int

    /// `http`, or `https` where the server has a certificate.
    public let scheme: String

    /// The address for clients.
    public var address: String { "\(scheme)://127.0.0.1:\(port)" }

    /// Where the build put its executables.
    public static var executables: FilePath {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        // Swift Testing on Linux runs the test bundle itself, or a helper of the toolchain that loads it.
        let bundle = own.contains("/.build") ? own : CommandLine.arguments.first { $0.contains("xctest") } ?? own
        return FilePath(bundle).removingLastComponent()
    }

    /// Starts a server on `root`, with more options, and lends it to `body`. It asks nobody outside of the machine. Afterwards it
    /// is killed if it is still there.
    public static func run<Result: Sendable>(
        root: FilePath, options: [String] = [], _ body: @Sendable (ServerProcess) async throws -> Result
    ) async throws -> Result {
        let outcome = try await Subprocess.run(
            .path(executables.appending("larderd")),
            arguments: Arguments(
                ["--root", root.string, "--listen", "127.0.0.1:0", "--log-format", "json"]
                    + (options.contains("--default-registry") ? [] : ["--default-registry", "none"]) + options),
            input: .none, output: .discarded, error: .sequence
        ) { execution in
            let pid = execution.processIdentifier.value
            defer { _ = kill(pid, SIGKILL) }
            var lines = execution.standardError.strings().makeAsyncIterator()
            while let line = try await lines.next() {
                guard let port = Self.port(in: line) else { continue }
                let scheme = options.contains("--tls-cert") ? "https" : "http"
                return try await body(ServerProcess(pid: pid, port: port, scheme: scheme))
            }
            throw ServerDidNotStart()
        }
        return outcome.closureResult
    }

    /// Sends SIGKILL: nothing is flushed, nothing is closed.
    public func kill9() {
        _ = kill(pid, SIGKILL)
    }

    /// ``kill9()``, `delay` after `hasBegun` says that there is something to lose: a busy machine may need long for that.
    public func kill9(_ delay: Duration, after hasBegun: () -> Bool) async {
        _ = try? await eventually(hasBegun)
        try? await Task.sleep(for: delay)
        kill9()
    }

    /// Sends SIGHUP.
    public func hangUp() {
        _ = kill(pid, SIGHUP)
    }

    private static func port(in line: String) -> Int? {
        guard line.contains("listening") else { return nil }
        // The address is the last thing with a colon and nothing but digits behind it.
        return line.split(separator: ":").lazy.compactMap { Int($0.prefix { $0.isNumber }) }.last { $0 > 1024 }
    }
}
