/// Somebody whose tokens are believed.
public struct TrustedIssuer: Hashable, Sendable {
    /// Where the keys are that its tokens are signed with.
    public enum KeySource: Hashable, Sendable {
        /// Where its discovery document says (OpenID Connect Discovery 1.0, 4).
        case discovery
        /// At a URL.
        case url(String)
        /// In a file, for issuers that cannot be reached.
        case file(String)
    }

    /// How rules call it.
    public let name: String
    /// The URL that its tokens have as `iss`.
    public let url: String
    /// One of these is the `aud` of a token that is meant for this server.
    public let audiences: [String]
    /// Where its keys are.
    public let keys: KeySource
    /// Certificates, PEM, of authorities that are believed besides the system's when the keys are fetched.
    public let authorityFile: String?
    /// A file with a token that is shown when the keys are fetched.
    public let tokenFile: String?
    /// Who holds a token, by its claims; the subject if nothing else is said.
    let identity: ClaimTemplate?
    /// Which run a job is, for people; `nil` when nothing is said.
    let run: ClaimTemplate?

    /// Whether `url` is one that keys may be fetched from: `https`, or `http` of this machine.
    public static func isSafe(_ url: String) -> Bool {
        let lowered = url.lowercased()
        guard !url.contains(where: { $0.isWhitespace || $0 == "#" || $0 == "?" || $0 == "@" }) else { return false }
        if lowered.hasPrefix("https://") { return lowered.utf8.count > 8 }
        guard lowered.hasPrefix("http://") else { return false }
        let authority = lowered.dropFirst(7).prefix { $0 != "/" }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(String(host))
    }

}

extension TrustedIssuer {
    static let keys = ["issuer", "audience", "jwks", "ca-file", "token-file", "identity", "run"]

    /// Reads the member of `issuers` that is called `name`.
    /// - Throws: `invalidRules`.
    init(_ name: String, _ node: JSONNode) throws(AccessError) {
        let fields = try DocumentFields(node, "issuer '\(name)'", known: Self.keys)
        self.name = name
        url = try fields.requiredText("issuer", like: "\"https://token.actions.githubusercontent.com\"")
        guard Self.isSafe(url) else {
            throw fields.flaw(
                "issuer", "must be an https URL, as in https://gitlab.example.com (http only on loopback)")
        }
        guard let audiences = try fields.texts("audience"), !audiences.isEmpty else {
            throw fields.flaw(
                "audience", "is missing; write what jobs ask a token for, as in \"https://larder.example.com\"")
        }
        self.audiences = audiences
        keys = try Self.source(fields)
        authorityFile = try fields.text("ca-file")
        tokenFile = try fields.text("token-file")
        identity = try fields.template("identity")
        run = try fields.template("run")
    }

    private static func source(_ fields: DocumentFields) throws(AccessError) -> KeySource {
        guard let text = try fields.text("jwks") else { return .discovery }
        if text.contains("://") {
            guard isSafe(text) else {
                throw fields.flaw("jwks", "must be an https URL (http only on loopback) or the path of a file")
            }
            return .url(text)
        }
        return .file(text)
    }
}
