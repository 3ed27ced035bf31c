public import OCI

/// Somebody who asks, and what they may do.
public struct Identity: Hashable, Sendable {
    /// How it was proved.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Not at all.
        case anonymous
        /// By a token of this server.
        case token
        /// By what a CI system or a cluster says of one of its jobs.
        case job
        /// By a password.
        case user
        /// By a client certificate.
        case certificate
    }

    /// How it was proved.
    public let kind: Kind
    /// Who, among those of the kind; it never changes, and has no secret and no control character.
    public let name: String
    /// What they may do: all that any of these allows.
    public var grants: [Grant]
    /// What a job says of itself, for people; `nil` for others.
    public var job: String?
    /// Until when it holds, in seconds since 1970; `nil` for ever.
    public var expires: Int64?

    /// What it is used for, and for nothing else, in repositories: what a registry's client has asked for; `nil` for everything
    /// that its grants allow.
    public var use: [RegistryScope]?

    /// Whoever shows nothing.
    public static let anonymous = Identity(.anonymous, name: "", grants: [])

    /// Makes an identity. Control characters in `name` are replaced.
    public init(_ kind: Kind, name: String, grants: [Grant], job: String? = nil, expires: Int64? = nil) {
        self.kind = kind
        let printable = name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }
        self.name = String(String.UnicodeScalarView(printable))
        self.grants = grants
        self.job = job
        self.expires = expires
    }

    /// The same with other grants.
    public func with(grants: [Grant]) -> Identity {
        var identity = self
        identity.grants = grants
        return identity
    }

    /// Whether it holds no longer, `now` seconds after 1970.
    public func isExpired(at now: Int64) -> Bool { expires.map { $0 <= now } ?? false }
}

extension Identity: CustomStringConvertible {
    /// Kind and name, as in `token:ci-main` or `job:github:org/repo@refs/heads/main`; `anonymous` alone.
    public var description: String { kind == .anonymous ? kind.rawValue : "\(kind.rawValue):\(name)" }
}

extension Identity {
    /// Whether it is used for `rights` in a repository.
    func isUsed(for rights: Rights, in repository: RepositoryName) -> Bool {
        guard let use else { return true }
        let actions = use.first { $0.repository == repository }?.actions ?? []
        let allowed = actions.reduce(into: Rights()) { $0.formUnion(Rights($1)) }
        return allowed.isSuperset(of: rights)
    }
}
