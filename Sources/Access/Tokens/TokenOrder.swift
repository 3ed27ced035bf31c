/// What a token is to be like.
public struct TokenOrder: Hashable, Sendable, Codable {
    /// What people call it; after its project and its id when `nil`.
    public var name: String?
    /// What it allows.
    public var grants: [Grant]
    /// How long it holds. Seconds; `nil` for ever.
    public var lifetime: Int64?

    /// The longest name. Bytes.
    public static let nameBytesMaximum = 100

    /// Makes an order.
    public init(name: String?, grants: [Grant], lifetime: Int64?) {
        self.name = name
        self.grants = grants
        self.lifetime = lifetime
    }

    /// Makes a token, `now` seconds after 1970, and what is kept of it.
    /// - Throws: ``TokenList/Refusal`` when it could do nothing, or its name is none.
    public func token(
        at now: Int64, using random: inout some RandomNumberGenerator
    ) throws(TokenList.Refusal) -> (AccessToken, TokenRecord) {
        for grant in grants where !grant.rights.isDisjoint(with: [.write, .delete]) && !grant.rights.contains(.admin) {
            guard grant.scopes.isEmpty, grant.tags == .ofScopes else { continue }
            throw TokenList.Refusal(
                description: "A token that writes or deletes needs a --scope, as in --scope main or --scope '*'; "
                    + "--tags alone lets it have tags alone.")
        }
        let token = AccessToken(using: &random)
        let project = grants.first.map { "\($0.projects)-" } ?? ""
        let name = name ?? project.filter { $0 != "*" } + token.id
        let isPrintable = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        guard !grants.isEmpty, isPrintable, (1...Self.nameBytesMaximum).contains(name.utf8.count) else {
            throw TokenList.Refusal(
                description: "A token's name has 1 to \(Self.nameBytesMaximum) bytes without control characters.")
        }
        let expires = lifetime.map { now.addingReportingOverflow($0) }.flatMap { $0.overflow ? nil : $0.partialValue }
        let record = TokenRecord(
            id: token.id, name: name, hash: token.hash, grants: grants, created: now, expires: expires)
        return (token, record)
    }
}
