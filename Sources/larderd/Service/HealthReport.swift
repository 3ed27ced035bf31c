/// What a server that is well says of itself.
struct HealthReport: Codable, Sendable {
    /// `ok`.
    let status: String
}
