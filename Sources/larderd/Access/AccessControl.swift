import Access

/// Finds out who sends a request. While nobody can be known, a server on loopback is open to everybody; the first token,
/// rule or password closes it, and it stays closed.
struct AccessControl: Sendable {
    /// Decides what they may do.
    let policy: AccessPolicy
    private let tokens: TokenBook
    private let others: [any Authenticator]
    private let authenticators: Authenticators
    private let anonymous: AnonymousAccess?
    private let isLoopback: Bool

    /// - Parameter others: what knows others than those with tokens; each closes the server.
    init(_ settings: Settings, tokens: TokenBook, others: [any Authenticator] = []) {
        policy = AccessPolicy(defaultScope: settings.defaultScope)
        anonymous = settings.anonymous
        isLoopback = settings.listen.isLoopback
        self.tokens = tokens
        self.others = others
        authenticators = Authenticators([TokenAuthenticator(tokens: tokens)] + others)
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
            return AccessCheck(policy: policy, identity: identity.kind == .anonymous ? nobody : identity)
        case .refused(let reason):
            // Where everybody may do everything, nobody has to prove anything.
            return AccessCheck(policy: policy, identity: nobody, refusal: anonymous == .all ? nil : reason)
        case .unknown:
            return AccessCheck(policy: policy, identity: nobody, refusal: "nobody here has these credentials")
        }
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
