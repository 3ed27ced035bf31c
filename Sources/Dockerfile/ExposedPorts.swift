/// `EXPOSE`: `[[ip:]host:]port[-port][/protocol]`, of which only ports and protocol count.
enum ExposedPorts {
    /// The ports as the image configuration has them: `80/tcp`.
    /// - Throws: `syntax`.
    static func parse(_ text: String, at location: LineLocation) throws(DockerfileError) -> [String] {
        let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map {
            String(String.UnicodeScalarView($0))
        }
        let written = parts.count > 1 && !parts[1].isEmpty ? parts[1].lowercased() : "tcp"
        guard parts.count <= 2, ["tcp", "udp", "sctp"].contains(written) else {
            throw location.syntax("`\(text)` is not a port: behind the `/` stands tcp, udp or sctp.")
        }
        let port = parts[0].unicodeScalars.split(separator: ":", omittingEmptySubsequences: false).last ?? [][...]
        let bounds = port.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map {
            number(String(String.UnicodeScalarView($0)))
        }
        guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last else {
            throw location.syntax("`\(text)` is not a port; write it like 80, 53/udp or 8000-8010.")
        }
        return (first...last).map { "\($0)/\(written)" }
    }

    private static func number(_ text: String) -> UInt16? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(text) : nil
    }
}
