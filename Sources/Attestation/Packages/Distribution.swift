/// What an image says its distribution is (os-release(5)).
public struct Distribution: Hashable, Sendable {
    /// As in `debian`.
    public var id: String
    /// As in `12`; `nil` for one without versions.
    public var version: String?

    /// Makes a distribution.
    public init(id: String, version: String?) {
        self.id = id
        self.version = version
    }

    /// Reads an `os-release`; `nil` when it has no `ID`.
    public init?(osRelease bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            var value = String(decoding: line[(equals + 1)...], as: UTF8.self)
            if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
                value = String(value.dropFirst().dropLast())
            }
            values[String(decoding: line[..<equals], as: UTF8.self)] = value
        }
        guard let id = values["ID"], !id.isEmpty else { return nil }
        self.init(id: id, version: values["VERSION_ID"])
    }
}
