import Access
import Logging

/// Knows the users of a file of passwords.
struct PasswordAuthenticator: Authenticator {
    let checker: PasswordChecker
    let rules: CurrentRules
    let logger: Logger

    func identify(_ credentials: Credentials) async -> Authentication {
        guard case .basic(let user, let password) = credentials.proof else { return .unknown }
        do {
            guard try await checker.accepts(password, of: user) else {
                return .refused("there is no such user, or the password is another")
            }
        } catch {
            let reason = error is AccessError ? "\(error)" : "the password could not be checked"
            return .unavailable(reason, retryAfter: 1)
        }
        return identify(user: user)
    }

    /// What a user may do whose password was right.
    func identify(user: String) -> Authentication {
        guard checker.knows(user) else { return .refused("there is no such user any more") }
        switch rules.current.outcome(forUser: user) {
        case .identified(let identity, _): return .identified(identity)
        case .refused(let reason):
            logger.notice(
                "no access rule applies to a user", metadata: ["user": "\(user)", "reason": "\(reason)"])
            return .refused("no access rule of this server gives this user anything")
        }
    }
}
