/// The host of a registry, with its port when one is given: `docker.io`, `127.0.0.1:7070`, `[::1]:5000`.
public struct RegistryHost: Hashable, Sendable, CustomStringConvertible {
    /// Docker's public registry, as it is written in image names.
    public static let dockerHub = RegistryHost(unchecked: "docker.io", name: "docker.io", port: nil)

    /// The host and port, in lower case.
    public let description: String
    /// A domain name, an IPv4 address, or an IPv6 address in brackets.
    public let name: String
    /// The port; `nil` for the scheme's own.
    public let port: UInt16?

    private init(unchecked: String, name: String, port: UInt16?) {
        description = unchecked
        self.name = name
        self.port = port
    }

    /// Checks `text`. Docker's other spellings of its public registry become ``dockerHub``.
    /// - Throws: `invalidReference`.
    public init(_ text: String) throws(OCIError) {
        let lowered = text.lowercased()
        if ["index.docker.io", "registry-1.docker.io"].contains(lowered) {
            self = .dockerHub
            return
        }
        let name: Substring
        var port: UInt16?
        if let colon = lowered.lastIndex(of: ":"), !lowered[colon...].contains("]") {
            name = lowered[..<colon]
            port = UInt16(lowered[lowered.index(after: colon)...])
            guard let port, port > 0 else { throw Self.notAHost(text) }
        } else {
            name = lowered[...]
        }
        guard Self.isAddress6(name) || Self.isDomain(name) else { throw Self.notAHost(text) }
        self.init(unchecked: lowered, name: String(name), port: port)
    }

    /// Whether the first component of an image name is a host, by docker's rule: it has a `.`, a `:` or an upper-case
    /// letter, or is `localhost`.
    public static func isHost(firstComponent text: some StringProtocol) -> Bool {
        text == "localhost" || text.utf8.contains(UInt8(ascii: ".")) || text.utf8.contains(UInt8(ascii: ":"))
            || text.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    /// Whether the host is this machine (`localhost`, 127.0.0.0/8, `::1`), with which plain HTTP is spoken.
    public var isLoopback: Bool {
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Where the host's distribution API is: scheme, host and port, without a slash at the end.
    public var endpoint: String {
        if self == .dockerHub { return "https://registry-1.docker.io" }
        return (isLoopback ? "http://" : "https://") + description
    }

    private static func notAHost(_ text: String) -> OCIError {
        OCIError(
            .invalidReference,
            "'\(text)' is not a registry host: use a domain name or an address, and a port from 1 to 65535 after ':'")
    }

    private static func isAddress6(_ text: Substring) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count > 3 else { return false }
        return text.dropFirst().dropLast().utf8.allSatisfy { $0 == UInt8(ascii: ":") || isHexDigit($0) }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}
