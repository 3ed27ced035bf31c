import Access
import Logging

/// Knows clients by the certificate of their connection, when they show nothing else: whoever shows a token is who the token
/// says. Where no rule is about certificates they only let somebody connect.
struct CertificateAuthenticator: Authenticator {
    let rules: CurrentRules
    let logger: Logger

    func identify(_ credentials: Credentials) async -> Authentication {
        guard credentials.proof == .none else { return .unknown }
        return identify(credentials.certificate)
    }

    /// What whoever has a certificate may do now.
    func identify(_ certificate: ClientCertificate?) -> Authentication {
        let rules = rules.current
        guard let certificate, rules.ruleAboutCertificates != nil else { return .unknown }
        guard !certificate.isExpired(at: Int64(clamping: WallClock.seconds)) else {
            return .refused("the certificate of your connection is not valid any more; connect with a new one")
        }
        switch rules.outcome(forCertificate: certificate.claims) {
        case .identified(let identity, _): return .identified(identity)
        case .refused(let reason):
            logger.notice("no access rule applies to a client certificate", metadata: ["reason": "\(reason)"])
            return .refused(
                "no access rule of this server applies to your certificate; its log says which came nearest, and why not"
            )
        }
    }
}
