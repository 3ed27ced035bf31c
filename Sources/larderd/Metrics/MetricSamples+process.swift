import FoundationEssentials
import Glibc

extension MetricSamples {
    /// What the kernel says of this process (proc(5)); what it does not say is left out.
    mutating func addProcess() {
        // The name of the program, in parentheses, may have anything in it.
        if let line = Self.text("/proc/self/stat"), let end = line.lastIndex(of: ")") {
            let fields = line[line.index(after: end)...].split(separator: " ")
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            // Fields are numbered from 1 there; the first here is the third.
            if fields.count > 21, ticks > 0, let user = Double(fields[11]), let system = Double(fields[12]),
                let start = Double(fields[19]), let pages = Double(fields[21])
            {
                add(.processSeconds, [], (user + system) / ticks)
                add(.processMemory, [], pages * Double(sysconf(Int32(_SC_PAGESIZE))))
                if let boot = Self.bootTime { add(.processStart, [], boot + start / ticks) }
            }
        }
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            add(.processDescriptors, [], names.count)
        }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            add(.processDescriptorsMaximum, [], Double(limit.rlim_cur))
        }
    }

    /// When the machine started. Seconds since 1970.
    private static let bootTime = text("/proc/stat")?.split(separator: "\n")
        .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst("btime ".count)) }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
