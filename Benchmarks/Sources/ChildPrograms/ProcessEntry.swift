public import Glibc
import SystemPackage

/// What the kernel says of one process in `/proc/PID/stat`; see proc(5).
public struct ProcessEntry: Sendable, Equatable {
    /// The process that started it, or that took it over.
    public let parent: pid_t
    /// The time that it had of all processors. Seconds.
    public let ownSeconds: Double
    /// The time of the processes that it started and waited for, and of theirs. Seconds.
    public let waitedForSeconds: Double

    /// Parses a line of `stat`; `nil` for what is none.
    /// - Parameter ticks: the clock ticks in a second.
    public init?(line: String, ticks: Double = Double(sysconf(Int32(_SC_CLK_TCK)))) {
        // Behind the name, which may hold anything but ends with the last parenthesis.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 14, let parent = pid_t(fields[1]) else { return nil }
        let times = fields[11...14].compactMap { Double($0) }
        guard times.count == 4 else { return nil }
        self.parent = parent
        ownSeconds = (times[0] + times[1]) / ticks
        waitedForSeconds = (times[2] + times[3]) / ticks
    }

    /// Looks at a process; `nil` for one that is gone.
    public init?(of process: pid_t) {
        guard let line = ProcFile.text("/proc/\(process)/stat") else { return nil }
        self.init(line: line)
    }
}
