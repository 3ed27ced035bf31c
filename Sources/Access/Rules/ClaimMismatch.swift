/// Why claims do not fit a rule.
struct ClaimMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    let claim: ClaimName
    /// What is said of the claim.
    let reason: String

    var description: String { "'\(claim)' \(reason)" }

    /// A value as it is shown.
    static func shown(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.prefix(120).map { $0.value < 0x20 ? "?" : $0 }))
    }
}
