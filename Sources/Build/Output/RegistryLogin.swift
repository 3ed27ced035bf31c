internal import FoundationEssentials

/// A user of a registry and what proves it. Its descriptions keep the secret out of messages and logs.
struct RegistryLogin: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let user: String
    private let password: String

    init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// Reads the `auth` of a credential file: `user:password` in base64. `nil` for anything else.
    init?(base64 text: String) {
        let compact = text.filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: compact), let plain = String(bytes: data, encoding: .utf8),
            let colon = plain.firstIndex(of: ":"), colon > plain.startIndex
        else { return nil }
        user = String(plain[..<colon])
        // Old versions of docker ended the password with zero bytes.
        password = String(plain[plain.index(after: colon)...].reversed().drop { $0 == "\0" }.reversed())
    }

    /// The `Authorization` header of the scheme Basic (RFC 7617).
    var basicHeader: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }

    var description: String { "the login of \(user)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
