/// How a server stands for what it keeps, and for who did what.
struct Accountability: Sendable {
    /// Where it is written down; `nil` for nowhere.
    let audit: AuditLog?
    /// What signs records.
    let sealer: RecordSealer
}
