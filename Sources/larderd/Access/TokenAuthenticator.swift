import Access

/// Knows the tokens of this server: as `Bearer`, and as the password of any user, as `docker login` has them sent.
struct TokenAuthenticator: Authenticator {
    let tokens: TokenBook

    func identify(_ credentials: Credentials) async -> Authentication {
        switch credentials.proof {
        case .bearer(let text): identify(text)
        case .basic(_, let password): identify(password)
        case .none, .unreadable: .unknown
        }
    }

    private func identify(_ text: String) -> Authentication {
        guard text.hasPrefix(AccessToken.prefix) else { return .unknown }
        guard let token = AccessToken(text) else { return .refused("the token is not complete, or was mistyped") }
        guard let record = tokens.record(of: token) else {
            return .refused(
                token.isIntact ? "the token is not one of this server" : "the token is not complete, or was mistyped")
        }
        return identify(record)
    }

    /// What the token with an id may do now, which somebody has shown before.
    func identify(id: String) -> Authentication {
        guard let record = tokens.record(id: id) else { return .refused("the token is not one of this server") }
        return identify(record)
    }

    private func identify(_ record: TokenRecord) -> Authentication {
        if record.revoked != nil { return .refused("the token \(record.name) was revoked") }
        let now = Int64(clamping: WallClock.seconds)
        if !record.isValid(at: now) { return .refused("the token \(record.name) has expired") }
        tokens.use.note(record.id, at: now)
        return .identified(record.identity)
    }
}
