extension AccessRules {
    /// What the rules say of somebody.
    public enum Outcome: Hashable, Sendable {
        /// A rule applies.
        case identified(Identity, rule: String)
        /// None does: which came nearest, for logs. It has values of claims, and no token.
        case refused(String)
    }

    /// Who holds a token of `issuer` with these claims, which were checked, and what they may do.
    public func outcome(forJobOf issuer: TrustedIssuer, _ claims: ClaimSet) -> Outcome {
        decide(claims) {
            $0.subject == .job(issuer: issuer.name)
        } identity: { rule, grants in
            let template = rule.identity ?? issuer.identity
            let who = template.flatMap { try? $0.filled(from: claims) } ?? claims.subject ?? "?"
            return Identity(
                .job, name: "\(issuer.name):\(who.prefix(400))", grants: grants,
                job: issuer.run.flatMap { try? $0.filled(from: claims) },
                expires: claims.expiry.map { Int64(min($0 + ClaimSet.leeway, 1e15)) })
        }
    }

    /// What a user may do who has shown the right password.
    public func outcome(forUser name: String) -> Outcome {
        decide(ClaimSet([("user", [name])])) { rule in
            if case .user(let pattern) = rule.subject { pattern.matches(name) } else { false }
        } identity: { _, grants in
            Identity(.user, name: name, grants: grants)
        }
    }

    /// Who has a client certificate, which was verified, and what they may do.
    public func outcome(forCertificate certificate: CertificateClaims) -> Outcome {
        let claims = certificate.claims
        return decide(claims) {
            $0.subject == .certificate
        } identity: { rule, grants in
            let who = rule.identity.flatMap { try? $0.filled(from: claims) } ?? certificate.name
            return Identity(
                .certificate, name: String(who.prefix(400)), grants: grants, expires: certificate.expires)
        }
    }

    private func decide(
        _ claims: ClaimSet, among isMeant: (AccessRule) -> Bool,
        identity: (AccessRule, [Grant]) -> Identity
    ) -> Outcome {
        var nearest: (met: Int, rule: String, mismatch: ClaimMismatch)?
        for rule in rules where isMeant(rule) {
            var (met, mismatch) = rule.check(claims)
            if mismatch == nil {
                do throws(ClaimMismatch) {
                    return .identified(identity(rule, try rule.grant.grants(for: claims)), rule: rule.name)
                } catch {
                    (met, mismatch) = (met + 1, error)
                }
            }
            if let mismatch, met > nearest?.met ?? -1 { nearest = (met, rule.name, mismatch) }
        }
        guard let nearest else { return .refused("no rule is about them") }
        return .refused("rule '\(nearest.rule)' came nearest, but \(nearest.mismatch)")
    }
}
