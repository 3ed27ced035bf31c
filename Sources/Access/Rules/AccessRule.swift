internal import Spelling

/// One rule: to whom it applies, and what they may do.
public struct AccessRule: Hashable, Sendable {
    /// Who a rule is about.
    enum Subject: Hashable, Sendable {
        /// Those who hold a token of an issuer, by its name.
        case job(issuer: String)
        /// Those who log in with a password under a name.
        case user(NamePattern)
        /// Those whose connection has a client certificate that is believed.
        case certificate
    }

    /// How it is called in logs.
    public let name: String
    /// Where it begins.
    public let line: Int
    let subject: Subject
    let conditions: [ClaimCondition]
    let grant: GrantTemplate
    /// Who holds a token, by its claims, if the rule says it and not the issuer.
    let identity: ClaimTemplate?

    /// How many conditions hold, and the first that does not.
    func check(_ claims: ClaimSet) -> (met: Int, mismatch: ClaimMismatch?) {
        for (index, condition) in conditions.enumerated() {
            do throws(ClaimMismatch) {
                try condition.check(claims)
            } catch {
                return (index, error)
            }
        }
        return (conditions.count, nil)
    }
}

extension AccessRule {
    static let keys = ["name", "issuer", "user", "certificate", "claims", "identity"] + GrantTemplate.keys

    /// Reads the rule that is the `number`th, from 1.
    /// - Throws: `invalidRules`.
    init(_ node: JSONNode, number: Int, issuers: [String]) throws(AccessError) {
        let name = node["name"]?.text ?? "\(number)"
        let fields = try DocumentFields(node, "rule '\(name)'", known: Self.keys)
        self.name = try fields.text("name") ?? name
        line = node.line
        subject = try Self.subject(fields, issuers: issuers)
        conditions = try Self.conditions(fields, subject)
        grant = try GrantTemplate(fields)
        identity = try fields.template("identity")
        if subject == .certificate { try checkNames(fields) }
    }

    /// Claims that no certificate has would make the rule apply to nobody.
    private func checkNames(_ fields: DocumentFields) throws(AccessError) {
        let used =
            conditions.map { ("certificate", $0.claim) } + grant.claims
            + (identity?.claims ?? []).map { ("identity", $0) }
        for (key, claim) in used where !CertificateClaims.names.contains(claim.description) {
            throw fields.flaw(
                key,
                "has '\(claim)', which certificates do not have; they have \(CertificateClaims.names.joined(separator: ", "))"
            )
        }
    }

    private static func subject(_ fields: DocumentFields, issuers: [String]) throws(AccessError) -> Subject {
        let (issuer, user) = (try fields.text("issuer"), try fields.text("user"))
        switch (issuer, user, fields["certificate"] != nil) {
        case (let issuer?, nil, false):
            guard issuers.contains(issuer) else {
                let advice = NearestName.of(issuer, among: issuers).map { "did you mean '\($0)'?" }
                throw fields.flaw(
                    "issuer",
                    "is '\(issuer)', which 'issuers' does not name; "
                        + (advice ?? "it names \(issuers.isEmpty ? "none" : issuers.joined(separator: ", "))"))
            }
            return .job(issuer: issuer)
        case (nil, let user?, false):
            guard let pattern = NamePattern(user) else { throw fields.flaw("user", "must not be empty") }
            return .user(pattern)
        case (nil, nil, true): return .certificate
        default:
            throw fields.flaw(
                "issuer",
                """
                or 'user' or 'certificate' must say to whom the rule applies, and only one of them: the name of an issuer, \
                a user, or what a certificate must have
                """)
        }
    }

    private static func conditions(
        _ fields: DocumentFields, _ subject: Subject
    ) throws(AccessError) -> [ClaimCondition] {
        let key = subject == .certificate ? "certificate" : "claims"
        if key != "claims", fields["claims"] != nil {
            throw fields.flaw("claims", "is about jobs and users; what a certificate must have goes into 'certificate'")
        }
        guard let node = fields[key] else {
            if case .job = subject {
                // Whoever may sign up at a public issuer would get in.
                throw fields.flaw(
                    "claims", "is missing; say which jobs are meant, as in {\"repository\": \"acme/shop\"}")
            }
            return []
        }
        guard case .object(let members) = node.value, !members.isEmpty else {
            let example = key == "claims" ? "" : ", as in {\"uri\": \"spiffe://acme.example/ci/*\"}"
            throw fields.flaw(key, "must be an object with at least one claim\(example)")
        }
        var conditions: [ClaimCondition] = []
        for member in members { conditions.append(try condition(member, fields)) }
        return conditions
    }

    private static func condition(
        _ member: JSONNode.Member, _ fields: DocumentFields
    ) throws(AccessError) -> ClaimCondition {
        func refuse(_ what: String) throws(AccessError) -> Never {
            throw AccessError(
                .invalidRules, line: member.line, "\(fields.subject): the claim '\(member.name.prefix(80))' \(what)")
        }
        guard let claim = ClaimName(member.name) else { try refuse("has no name, or one with a lone '~'") }
        guard case .object = member.node.value else {
            return ClaimCondition(
                claim, allowed: try DocumentFields.texts(member.node, orElse: refuse), forbidden: [])
        }
        let inner = try DocumentFields(
            member.node, "\(fields.subject), claim '\(member.name.prefix(80))'", known: ["is", "not"])
        let (allowed, forbidden) = (try inner.texts("is"), try inner.texts("not") ?? [])
        guard allowed != nil || !forbidden.isEmpty else { try refuse("must have 'is' or 'not'") }
        return ClaimCondition(claim, allowed: allowed, forbidden: forbidden)
    }
}
