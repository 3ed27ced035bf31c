/// Something that a Dockerfile may only ask for when the command line allows it (`--allow`).
public enum Entitlement: String, Hashable, Sendable, CaseIterable {
    /// `RUN --network=host`.
    case networkHost = "network.host"
    /// `RUN --security=insecure`.
    case securityInsecure = "security.insecure"
}
