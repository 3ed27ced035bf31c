public import Chunking

/// What is kept of a token: not the token itself.
public struct TokenRecord: Hashable, Sendable, Codable {
    /// What names the token in itself.
    public let id: String
    /// What people call it.
    public let name: String
    /// The hash of the token.
    public let hash: Digest
    /// What it allows.
    public let grants: [Grant]
    /// When it was made. Seconds since 1970.
    public let created: Int64
    /// Until when it holds. Seconds since 1970; `nil` for ever.
    public let expires: Int64?
    /// When it was revoked. Seconds since 1970; `nil` when it was not.
    public var revoked: Int64?

    /// Makes a record.
    public init(
        id: String, name: String, hash: Digest, grants: [Grant], created: Int64, expires: Int64?,
        revoked: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.grants = grants
        self.created = created
        self.expires = expires
        self.revoked = revoked
    }

    /// Whether the token holds, `now` seconds after 1970.
    public func isValid(at now: Int64) -> Bool { revoked == nil && expires.map { now < $0 } ?? true }

    /// Who shows the token.
    public var identity: Identity { Identity(.token, name: name, grants: grants, expires: expires) }

    /// Whether `token` is the one. Takes the same time wherever the hashes differ.
    public func matches(_ token: AccessToken) -> Bool {
        zip(hash.rawBytes, token.hash.rawBytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
