import Access
import Logging

/// Knows the tokens that CI systems and clusters make for their jobs, shown as they are or as the password of a login.
struct JobAuthenticator: Authenticator {
    /// When whoever shows a token that cannot be checked may try again. Seconds.
    static let retryPause = 10

    let tokens: JobTokens
    let rules: CurrentRules
    let logger: Logger

    func identify(_ credentials: Credentials) async -> Authentication {
        let text: String
        switch credentials.proof {
        case .bearer(let token), .basic(_, let token): text = token
        case .none, .unreadable: return .unknown
        }
        guard SignedToken.looksLike(text) else { return .unknown }
        return await identify(text)
    }

    /// Who holds a token.
    func identify(_ text: String) async -> Authentication {
        do {
            let proof = try await tokens.proof(of: text)
            switch rules.current.outcome(forJobOf: proof.issuer, proof.claims) {
            case .identified(let identity, _): return .identified(identity)
            case .refused(let reason):
                logger.notice(
                    "no access rule applies to a job",
                    metadata: [
                        "issuer": "\(proof.issuer.name)", "subject": "\(proof.claims.subject ?? "")",
                        "reason": "\(reason)",
                    ])
                return .refused(
                    "no access rule of this server applies to this job; its log says which came nearest, and why not")
            }
        } catch let error as AccessError {
            logger.info("the token of a job is refused", metadata: ["reason": "\(error)"])
            guard error.code == .unavailableIssuer else { return .refused("\(error)") }
            return .unavailable("\(error)", retryAfter: Self.retryPause)
        } catch {
            logger.warning("the token of a job could not be checked", metadata: ["error": "\(error)"])
            return .unavailable("the token could not be checked", retryAfter: Self.retryPause)
        }
    }
}
