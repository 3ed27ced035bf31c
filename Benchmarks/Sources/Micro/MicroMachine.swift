import FoundationEssentials

/// What decides how many instructions the same work takes, beside the source code.
public struct MicroMachine: Codable, Hashable, Sendable, CustomStringConvertible {
    /// As `uname -m` has it.
    public var architecture: String
    /// Whether the processor has AVX2: valgrind shows programs such a one then, and hashes are made with it.
    public var hasAVX2: Bool

    /// Makes a description.
    public init(architecture: String, hasAVX2: Bool) {
        self.architecture = architecture
        self.hasAVX2 = hasAVX2
    }

    /// As in `x86_64 with AVX2`.
    public var description: String { architecture + (hasAVX2 ? " with AVX2" : " without AVX2") }

    /// This one.
    public static var current: MicroMachine {
        #if arch(x86_64)
        let architecture = "x86_64"
        #elseif arch(arm64)
        let architecture = "aarch64"
        #else
        let architecture = "other"
        #endif
        let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return MicroMachine(architecture: architecture, hasAVX2: flags.contains(" avx2"))
    }
}
