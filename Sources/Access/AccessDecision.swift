/// What comes of a demand.
public enum AccessDecision: Hashable, Sendable {
    /// Go on.
    case allowed
    /// Whoever is known may perhaps do it: 401, with a challenge.
    case unauthenticated
    /// Where somebody has no right at all, nothing exists: the answer is the same as for what does not.
    case absent
    /// A right is missing: a sentence that says which, and where.
    case denied(String)

    /// Whether to go on.
    public var isAllowed: Bool { self == .allowed }
}
