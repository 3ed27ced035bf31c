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

    /// Those of this process.
    static func current() -> Surroundings {
        var name = [CChar](repeating: 0, count: 256)
        _ = unsafe gethostname(&name, name.count - 1)
        let hostName = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Surroundings(
            environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0, hostName: hostName,
            architecture: Self.architecture)
    }

    /// The value of an environment variable; `nil` also when it is empty.
    func value(_ variable: String) -> String? {
        guard let value = environment[variable], !value.isEmpty else { return nil }
        return value
    }

    private static var architecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }
}
