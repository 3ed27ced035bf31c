import Access
import Logging

/// Knows the tokens that registry clients got for a login. The login is looked at again each time: it may have been taken back.
struct RegistryTokenAuthenticator: Authenticator {
    let tokens: RegistryTokens
    /// What a login may do now, shown on a connection with a certificate or without.
    let login: @Sendable (RegistryToken.Origin, ClientCertificate?) async -> Authentication
    let logger: Logger

    func identify(_ credentials: Credentials) async -> Authentication {
        guard case .bearer(let text) = credentials.proof, RegistryTokens.looksLikeOne(text) else { return .unknown }
        let token: RegistryToken?
        do {
            token = try await tokens.token(of: text)
        } catch {
            logger.error("registry tokens cannot be checked", metadata: ["error": "\(error)"])
            return .unavailable("registry tokens cannot be checked", retryAfter: 5)
        }
        guard let token else { return .refused("the registry token is not one of this server, or its time is over") }
        switch await login(token.origin, credentials.certificate) {
        case .identified(var identity):
            identity.use = token.access
            return .identified(identity)
        case let other where other != .unknown: return other
        default: return .refused("what the registry token was given for is not known here any more")
        }
    }
}
