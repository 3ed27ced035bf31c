/// Who is believed, and what they may do: a file that the administrator of a server writes.
public struct AccessRules: Hashable, Sendable {
    /// Those whose tokens are believed.
    public let issuers: [TrustedIssuer]
    /// The first that applies decides.
    public let rules: [AccessRule]

    /// Nobody is believed.
    public static let none = AccessRules(issuers: [], rules: [])

    private init(issuers: [TrustedIssuer], rules: [AccessRule]) {
        (self.issuers, self.rules) = (issuers, rules)
    }

    /// Reads a document.
    /// - Throws: `invalidDocument`, `invalidRules`, with the line.
    public init(parsing bytes: [UInt8]) throws(AccessError) {
        let fields = try DocumentFields(
            try JSONNode(parsing: bytes), "the document", known: ["issuers", "rules"])
        var issuers: [TrustedIssuer] = []
        if let node = fields["issuers"] {
            guard case .object(let members) = node.value else { throw fields.flaw("issuers", "must be an object") }
            for member in members {
                let issuer = try TrustedIssuer(member.name, member.node)
                guard !issuers.contains(where: { $0.url == issuer.url }) else {
                    throw AccessError(
                        .invalidRules, line: member.line, "issuer '\(issuer.name)' has the URL of another one")
                }
                issuers.append(issuer)
            }
        }
        guard case .list(let nodes) = fields["rules"]?.value else { throw fields.flaw("rules", "must be a list") }
        var rules: [AccessRule] = []
        for (index, node) in nodes.enumerated() {
            rules.append(try AccessRule(node, number: index + 1, issuers: issuers.map(\.name)))
        }
        (self.issuers, self.rules) = (issuers, rules)
    }

    /// The first rule about users who log in with a password; `nil` when there is none.
    public var ruleAboutUsers: AccessRule? {
        rules.first { if case .user = $0.subject { true } else { false } }
    }

    /// The first rule about client certificates; `nil` when there is none.
    public var ruleAboutCertificates: AccessRule? { rules.first { $0.subject == .certificate } }
}
