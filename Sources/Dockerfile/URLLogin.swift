/// Logins in URLs, as in `https://user:password@host/path?token=…`: texts for people, records and logs do not have them.
public enum URLLogin {
    private static let mask = Array("xxxxx".utf8)
    /// What ends a URL in any text.
    private static let ends = Set(" \t\r\n\"'`<>|".utf8)
    /// What ends the part of it that names a host, besides.
    private static let hostEnds = Set("/?#\\;,()".utf8)
    /// Names of parameters that are secret besides those that sound so.
    private static let signatures: Set<String> = ["sig", "signature"]

    /// `text` with `xxxxx` in the place of each login, and of each parameter whose name sounds secret. A name alone stays
    /// where it is no secret (`ssh://git@host`), as does what is only the name of a variable.
    public static func hidden(in text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var next = 0
        while let colon = schemeEnd(in: bytes, from: next) {
            let start = colon + 3
            result += bytes[next..<start]
            let scheme = String(
                decoding: bytes[..<colon].reversed().prefix(while: isSchemeByte).reversed(), as: UTF8.self)
            let url = bytes[start...].prefix { !ends.contains($0) }
            let authority = url.prefix { !hostEnds.contains($0) }
            let at = authority.lastIndex(of: UInt8(ascii: "@"))
            if let at, isSecret(authority[..<at], scheme: scheme) {
                result += mask + authority[at...]
            } else {
                result += authority
            }
            result += withoutSecrets(url[authority.endIndex...])
            next = url.endIndex
        }
        return next == 0 ? text : String(decoding: result + bytes[next...], as: UTF8.self)
    }

    /// What follows the host of a URL, with secret parameters hidden.
    private static func withoutSecrets(_ rest: ArraySlice<UInt8>) -> [UInt8] {
        guard let question = rest.firstIndex(of: UInt8(ascii: "?")) else { return Array(rest) }
        let query = rest[(question + 1)...].prefix { $0 != UInt8(ascii: "#") }
        let parts = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { part -> [UInt8] in
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return Array(part) }
            let name = String(decoding: part[..<equals], as: UTF8.self).replacing("-", with: "_").lowercased()
            let last = name.split(separator: "_").last.map(String.init) ?? ""
            let hides = SecretNames.soundsSecret(name) || signatures.contains(last)
            return hides && !isVariable(part[(equals + 1)...]) ? part[...equals] + mask : Array(part)
        }
        return rest[...question] + Array(parts.joined(separator: [UInt8(ascii: "&")])) + rest[query.endIndex...]
    }

    /// A URL without its login, and the login: `user:password` as the URL has it, percent-encoded.
    public static func split(_ url: String) -> (url: String, login: String?) {
        let bytes = Array(url.utf8)
        guard let colon = schemeEnd(in: bytes, from: 0) else { return (url, nil) }
        let authority = bytes[(colon + 3)...].prefix { !"/?#".utf8.contains($0) }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return (url, nil) }
        let rest = bytes[..<(colon + 3)] + bytes[(at + 1)...]
        return (String(decoding: rest, as: UTF8.self), String(decoding: authority[..<at], as: UTF8.self))
    }

    /// Where the next `://` begins that has a scheme in front.
    private static func schemeEnd(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 2 < bytes.count {
            if bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == UInt8(ascii: "/"),
                bytes[index + 2] == UInt8(ascii: "/"), index > 0, isSchemeByte(bytes[index - 1])
            {
                return index
            }
            index += 1
        }
        return nil
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isSecret(_ login: ArraySlice<UInt8>, scheme: String) -> Bool {
        let parts = login.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 1, !["http", "https", "ftp", "ftps"].contains(scheme.lowercased()) { return false }
        return !parts.allSatisfy { isVariable($0) }
    }

    /// `$NAME` or `${NAME}`.
    private static func isVariable(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "$") else { return false }
        var name = text.dropFirst()
        if name.first == UInt8(ascii: "{"), name.last == UInt8(ascii: "}") { name = name.dropFirst().dropLast() }
        return !name.isEmpty
            && name.allSatisfy { byte in
                isSchemeByte(byte) && !"+-.".utf8.contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}
