/// The `# name=value` lines at the top of a Dockerfile.
struct ParserDirectives: Sendable {
    /// What continues a line and takes away a character's meaning.
    private(set) var escape: Unicode.Scalar = "\\"
    /// What is said about build checks.
    private(set) var checks = CheckSettings()

    /// Reads the directives of a file's physical lines.
    /// - Throws: `syntax` for a directive given twice or a bad escape character, `unsupported` for another frontend.
    init(lines: [ArraySlice<UInt8>], file: String) throws(DockerfileError) {
        var seen: Set<String> = []
        let hasInterpreterLine = lines.first?.starts(with: "#!".utf8) ?? false
        for (number, line) in lines.enumerated().dropFirst(hasInterpreterLine ? 1 : 0) {
            let text = String(decoding: line, as: UTF8.self)
            guard let (name, value) = Self.directive(text) else { return }
            let location = LineLocation(file: file, line: number + 1, text: text)
            guard seen.insert(name).inserted else {
                throw location.syntax("The directive `\(name)` stands here for the second time; keep one of the two.")
            }
            switch name {
            case "syntax":
                try Self.requireSupported(frontend: value, at: location)
            case "escape":
                guard value == "\\" || value == "`", let scalar = value.unicodeScalars.first else {
                    throw location.syntax("The escape character must be `\\` or a backtick, not `\(value)`.")
                }
                escape = scalar
            case "check": checks = try CheckSettings(value, at: location)
            default:
                break
            }
        }
    }

    private static func directive(_ line: String) -> (name: String, value: String)? {
        var rest = line.scalarRun.trimmedLeft
        guard rest.popFirst() == "#" else { return nil }
        rest = rest.trimmed
        let name = rest.prefix { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
        rest = rest.dropFirst(name.count).trimmedLeft
        guard rest.popFirst() == "=" else { return nil }
        let key = String(scalars: name).lowercased()
        let value = rest.trimmed
        guard ["syntax", "escape", "check"].contains(key), !value.isEmpty else { return nil }
        return (key, String(scalars: value))
    }

    /// Accepts the stable Dockerfile frontend in any 1.x version: what it adds over this parser is refused where it
    /// is used.
    static func requireSupported(frontend: String, at location: LineLocation) throws(DockerfileError) {
        let image = frontend.scalarRun.prefix { $0 != " " }
        var name = String(scalars: image.prefix { $0 != "@" })
        let pin = String(scalars: image.dropFirst(name.unicodeScalars.count))
        for prefix in ["docker.io/", "docker/dockerfile"] where name.utf8.starts(with: prefix.utf8) {
            name = String(scalars: name.scalarRun.dropFirst(prefix.utf8.count))
            if prefix == "docker/dockerfile", isStable(tag: name), pin.isEmpty || isSHA256(pin) { return }
        }
        throw location.unsupported(
            """
            The frontend `\(String(scalars: image))` is not supported: Larder builds what docker/dockerfile:1 \
            describes. Use `# syntax=docker/dockerfile:1` or leave the line out.
            """)
    }

    private static func isStable(tag: String) -> Bool {
        if tag.isEmpty || tag == ":latest" || tag == ":1" { return true }
        guard tag.utf8.starts(with: ":1.".utf8) else { return false }
        let numbers = tag.utf8.dropFirst(3).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count <= 2 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    }

    private static func isSHA256(_ pin: String) -> Bool {
        let hex = Array("0123456789abcdef".utf8)
        return pin.utf8.starts(with: "@sha256:".utf8) && pin.utf8.count == 72
            && pin.utf8.dropFirst(8).allSatisfy(hex.contains)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
