import FoundationEssentials
import Subprocess

#if canImport(Glibc)
import Glibc
#endif

/// A program of this machine.
struct Program: Sendable {
    let name: String

    /// Whether it can be run.
    var isInstalled: Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Runs it to its end and gives what it prints.
    /// - Throws: ``Failure`` when it does not succeed.
    @discardableResult
    func callAsFunction(_ arguments: String...) async throws -> String {
        let outcome = try await Subprocess.run(
            .name(name), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        guard outcome.terminationStatus.isSuccess else {
            throw Failure(
                command: ([name] + arguments).joined(separator: " "), status: "\(outcome.terminationStatus)",
                complaint: outcome.standardError)
        }
        return outcome.standardOutput
    }

    /// Why a program did not succeed.
    struct Failure: Error {
        let command: String
        let status: String
        let complaint: String
    }

    /// Whether this process may do what only root may.
    static var isRoot: Bool { geteuid() == 0 }
}
