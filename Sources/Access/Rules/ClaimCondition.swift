/// What one claim must be for a rule to apply.
struct ClaimCondition: Hashable, Sendable {
    let claim: ClaimName
    /// One of these must fit a value of the claim; `nil` when it may be anything, and may be missing.
    let allowed: [NamePattern]?
    /// None of these may fit a value of the claim.
    let forbidden: [NamePattern]
    /// Both as they were written, for messages.
    private let text: String

    init(_ claim: ClaimName, allowed: [String]?, forbidden: [String]) {
        self.claim = claim
        self.allowed = allowed.map { $0.compactMap { NamePattern($0) } }
        self.forbidden = forbidden.compactMap { NamePattern($0) }
        text =
            allowed.map { $0.joined(separator: " or ") } ?? "anything but \(forbidden.joined(separator: " and "))"
    }

    /// - Throws: what does not fit.
    func check(_ claims: ClaimSet) throws(ClaimMismatch) {
        let values = claims.texts(claim)
        if let allowed {
            guard values.contains(where: { value in allowed.contains { $0.matches(value.utf8) } }) else {
                throw mismatch(values)
            }
        }
        guard forbidden.isEmpty || !claims.isOdd(claim) else {
            throw ClaimMismatch(claim: claim, reason: "is neither a text nor a list of texts")
        }
        guard !values.contains(where: { value in forbidden.contains { $0.matches(value.utf8) } }) else {
            throw mismatch(values)
        }
    }

    private func mismatch(_ values: [String]) -> ClaimMismatch {
        let found =
            values.isEmpty
            ? "is not there" : "is '\(values.prefix(5).map(ClaimMismatch.shown).joined(separator: "', '"))'"
        return ClaimMismatch(claim: claim, reason: "\(found), and not \(text)")
    }
}
