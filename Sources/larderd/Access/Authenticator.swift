import Access

/// Knows one kind of credentials: tokens, what a CI system says of its jobs, passwords, certificates.
protocol Authenticator: Sendable {
    /// Who shows `credentials`. Called for every request, so what takes long is to be remembered.
    func identify(_ credentials: Credentials) async -> Authentication
}

/// What came of looking at credentials.
enum Authentication: Hashable, Sendable {
    /// They are not of this kind; another ``Authenticator`` may know them.
    case unknown
    /// They prove this.
    case identified(Identity)
    /// They are of this kind, and prove nothing: why, for whoever showed them and for logs. No secret.
    case refused(String)
    /// Nothing can be said about them now, and may be in so many seconds: why, as with ``refused(_:)``. It is no refusal:
    /// whoever shows them is to try again, not to look for others.
    case unavailable(String, retryAfter: Int)
}
