internal import FoundationEssentials

/// By how much a process has grown at most since this was made.
public struct FuzzMemory {
    private let process: String
    private let start: Int

    /// - Parameter pid: the process; `nil` for this one.
    public init(of pid: Int32? = nil) {
        process = pid.map { "/proc/\($0)" } ?? "/proc/self"
        // Makes the greatest size so far the present one (proc(5), clear_refs).
        try? Data("5".utf8).write(to: URL(filePath: process + "/clear_refs"))
        start = Self.peak(process)
    }

    /// Bytes.
    public var growth: Int { Self.peak(process) - start }

    private static func peak(_ process: String) -> Int {
        let status = (try? String(contentsOf: URL(filePath: process + "/status"), encoding: .utf8)) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return 0 }
        return (line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) << 10
    }
}
