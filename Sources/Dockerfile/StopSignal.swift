/// Names of Linux signals, as STOPSIGNAL takes them.
enum StopSignal {
    private static let names: Set<String> = [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ]
    private static let numbers = 1...64
    private static let realTimeNumbers = 1...15

    /// `text`, if it is a signal's name (with or without `SIG`) or number.
    /// - Throws: `syntax` otherwise.
    static func checked(_ text: String, at location: LineLocation) throws(DockerfileError) -> String {
        if let number = Int(text), numbers.contains(number) { return text }
        var name = text.uppercased()
        if name.utf8.starts(with: "SIG".utf8) { name = String(scalars: name.scalarRun.dropFirst(3)) }
        if names.contains(name) { return text }
        for (base, sign) in [("RTMIN", "+"), ("RTMAX", "-")] where name.utf8.starts(with: (base + sign).utf8) {
            let offset = Int(String(scalars: name.scalarRun.dropFirst(base.utf8.count + 1)))
            if let offset, realTimeNumbers.contains(offset) { return text }
        }
        throw location.syntax("`\(text)` is not a signal; write it like SIGTERM or 15.")
    }
}
