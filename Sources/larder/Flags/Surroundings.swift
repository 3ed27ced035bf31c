import CacheAPI
import FoundationEssentials
import Glibc
import SystemPackage

/// What a command finds around it, as a value.
struct Surroundings: Sendable {
    var environment: [String: String]
    /// Whether the user is root.
    var isRoot: Bool
    /// The name of this machine.
    var hostName: String
    /// This machine's architecture, as Go calls it.
    var architecture: String
    /// The contents of a small file; `nil` when it cannot be read.
    var file: @Sendable (FilePath) -> [UInt8]? = { _ in nil }
    /// What is checked out in the repository that a directory is in; `nil` when it is in none.
    var git: @Sendable (FilePath) -> GitHead? = { _ in nil }

    /// Those of this process.
    static func current() -> Surroundings {
        var name = [CChar](repeating: 0, count: 256)
        _ = unsafe gethostname(&name, name.count - 1)
        let hostName = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Surroundings(
            environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0, hostName: hostName,
            architecture: Self.architecture, file: { Self.read($0) }, git: { GitHead(of: $0) })
    }

    /// The value of an environment variable; `nil` also when it is empty.
    func value(_ variable: String) -> String? {
        guard let value = environment[variable], !value.isEmpty else { return nil }
        return value
    }

    /// The trace that the pipeline around this process says it is a part of (`TRACEPARENT`).
    var trace: TraceContext? { value(TraceContext.headerName.uppercased()).flatMap { TraceContext(traceparent: $0) } }

    /// What the job, and so the scopes, of a build in `directory` can be found out from.
    func jobFacts(of directory: FilePath) -> JobDetection.Facts {
        JobDetection.Facts(
            environment: environment, githubEvent: value("GITHUB_EVENT_PATH").flatMap { file(FilePath($0)) },
            git: git(directory))
    }

    private static func read(_ path: FilePath) -> [UInt8]? {
        guard let bytes = try? Data(contentsOf: URL(filePath: path.string)), bytes.count < 16 << 20 else { return nil }
        return [UInt8](bytes)
    }

    private static var architecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }
}
