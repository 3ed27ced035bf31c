import Access

/// All ways to say who one is, in the order in which they are asked.
struct Authenticators: Authenticator {
    private let authenticators: [any Authenticator]

    init(_ authenticators: [any Authenticator] = []) {
        self.authenticators = authenticators
    }

    /// Who the first says it is that knows such credentials. Whoever shows nothing is the anonymous; whoever shows what
    /// nobody knows is refused, not taken for the anonymous, so that a typing error is no silent loss of rights.
    func identify(_ credentials: Credentials) async -> Authentication {
        for authenticator in authenticators {
            let authentication = await authenticator.identify(credentials)
            if authentication != .unknown { return authentication }
        }
        return credentials.proof == .none ? .identified(.anonymous) : .refused("nobody here has these credentials")
    }
}
