internal import FoundationEssentials

/// What proves to a registry who asks. Its descriptions keep the secret out of messages and logs.
public struct RegistryLogin: Hashable, Sendable {
    private enum Proof: Hashable {
        case password(String)
        /// What a token server gives access tokens for ("Docker Registry v2 Bearer token specification", OAuth2).
        case identityToken(String)
    }

    /// `nil` when only the token knows.
    public let user: String?
    private let proof: Proof

    /// Makes a login.
    public init(user: String, password: String) {
        self.user = user
        proof = .password(password)
    }

    /// Makes a login by token.
    public init(identityToken: String) {
        user = nil
        proof = .identityToken(identityToken)
    }

    /// Reads the `auth` of a credential file: `user:password` in base64. `nil` for anything else.
    public init?(base64 text: String) {
        let compact = text.filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: compact), let plain = String(bytes: data, encoding: .utf8),
            let colon = plain.firstIndex(of: ":"), colon > plain.startIndex
        else { return nil }
        // Old versions of docker ended the password with zero bytes.
        let password = String(plain[plain.index(after: colon)...].reversed().drop { $0 == "\0" }.reversed())
        self.init(user: String(plain[..<colon]), password: password)
    }

    /// The `Authorization` header of the scheme Basic (RFC 7617); `nil` when there is no password.
    public var basicHeader: String? {
        guard let user, case .password(let password) = proof else { return nil }
        return "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// What access tokens are asked for with instead of a password; `nil` when there is one.
    public var identityToken: String? {
        if case .identityToken(let token) = proof { token } else { nil }
    }

}

extension RegistryLogin: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Whose login it is.
    public var description: String { user.map { "the login of \($0)" } ?? "an identity token" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the user.
    public var customMirror: Mirror { Mirror(self, children: ["user": user as Any]) }
}
