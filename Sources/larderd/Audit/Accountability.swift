/// How a server stands for what it keeps, and tells who did what.
struct Accountability: Sendable {
    /// Where it is written down; `nil` for nowhere.
    let audit: AuditLog?
    /// What signs records.
    let sealer: RecordSealer
    /// Who is told of it elsewhere; `nil` for nobody.
    let webhooks: Webhooks?
}
