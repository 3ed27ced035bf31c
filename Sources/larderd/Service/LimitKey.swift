import Access

/// Whose requests and uploads are counted together.
enum LimitKey {
    /// The identity, or the address of the connection that this task serves while it is nobody known.
    static func of(_ identity: Identity) -> String {
        identity.kind == .anonymous ? "address:\(Connection.current.address)" : identity.description
    }
}
