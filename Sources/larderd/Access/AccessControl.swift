import Access
import Logging
import SystemPackage

/// Finds out who sends a request. While nobody can be known, a server on loopback is open to everybody; the first token,
/// rule or password closes it, and it stays closed.
struct AccessControl: Sendable {
    /// Decides what they may do.
    let policy: AccessPolicy
    private let tokens: TokenBook
    private let others: [any Authenticator]
    private let authenticators: Authenticators
    /// Those who know a login: all but that of registry tokens, which would renew themselves for ever.
    private let logIns: Authenticators
    /// What registry clients get for a login.
    let registryTokens: RegistryTokens
    private let anonymous: AnonymousAccess?
    private let isLoopback: Bool

    /// - Parameter configured: those who are known by configuration, besides those with tokens; each kind closes the server.
    init(_ settings: Settings, tokens: TokenBook, configured: ConfiguredAccess = .nobody, logger: Logger) {
        policy = AccessPolicy(defaultScope: settings.defaultScope)
        anonymous = settings.anonymous
        isLoopback = settings.listen.isLoopback
        self.tokens = tokens
        others = configured.authenticators
        let own = TokenAuthenticator(tokens: tokens)
        let registryTokens = RegistryTokens(key: settings.root.appending("registry-token.pem"))
        let renewed = RegistryTokenAuthenticator(
            tokens: registryTokens,
            login: { origin, certificate in
                if case .token(let id) = origin { return own.identify(id: id) }
                // What the token says that it is for is all that it can be used for: to read one repository, also what is in
                // quarantine there.
                if origin == .scanner {
                    let grant = Grant(projects: .anything, rights: .admin, scopes: [])
                    return .identified(Identity(.token, name: "scan-gate", grants: [grant]))
                }
                return await configured.login(origin, certificate)
            }, logger: logger)
        self.registryTokens = registryTokens
        logIns = Authenticators([own] + configured.authenticators)
        authenticators = Authenticators([own, renewed] + configured.authenticators)
    }

    /// What whoever shows nothing may do now.
    var anonymousAccess: AnonymousAccess {
        anonymous ?? (isLoopback && others.isEmpty && tokens.isEmpty ? AnonymousAccess.all : AnonymousAccess.none)
    }

    /// What whoever shows `credentials` may do.
    func check(_ credentials: Credentials) async -> AccessCheck {
        let anonymous = anonymousAccess
        let nobody = Identity.anonymous.with(grants: anonymous.grants)
        switch await authenticators.identify(credentials) {
        case .identified(let identity):
            return AccessCheck(policy: policy, identity: Self.granted(identity, anonymous))
        case .refused(let reason):
            // Where everybody may do everything, nobody has to prove anything.
            return AccessCheck(policy: policy, identity: nobody, refusal: anonymous == .all ? nil : reason)
        case .unavailable(let reason, let seconds):
            return AccessCheck(
                policy: policy, identity: nobody, refusal: anonymous == .all ? nil : reason, retryAfter: seconds)
        case .unknown:
            return AccessCheck(policy: policy, identity: nobody, refusal: "nobody here has these credentials")
        }
    }

    /// Who logs in with `credentials`, to get a registry token.
    func logIn(_ credentials: Credentials) async -> Authentication {
        switch await logIns.identify(credentials) {
        case .identified(let identity): .identified(Self.granted(identity, anonymousAccess))
        case .refused where anonymousAccess == .all, .unavailable where anonymousAccess == .all:
            .identified(Self.granted(.anonymous, .all))
        case let other: other
        }
    }

    /// What the anonymous may do is said when they ask.
    private static func granted(_ identity: Identity, _ anonymous: AnonymousAccess) -> Identity {
        identity.kind == .anonymous ? identity.with(grants: anonymous.grants) : identity
    }

    /// Who is let in, for the log: a sentence.
    var summary: String {
        switch (anonymousAccess, anonymous) {
        case (.all, nil):
            "open to everybody on this machine, since there is no token, no rule and no password; the first closes it"
        case (.all, _): "open to everybody (\(Setting.anonymous.flag) all)"
        case (.read, _): "open to everybody for reading (\(Setting.anonymous.flag) read)"
        case (.none, _) where tokens.isEmpty && others.isEmpty:
            "closed to everybody: make a token with `larderd token create`, or set \(Setting.anonymous.flag)"
        case (.none, _): "closed to whoever does not show who they are"
        }
    }
}
