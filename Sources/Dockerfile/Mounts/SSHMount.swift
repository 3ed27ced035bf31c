/// `RUN --mount=type=ssh`: the socket of an SSH agent.
public struct SSHMount: Hashable, Sendable {
    /// Which agent, as in `--ssh`.
    public let id: String
    /// Where the socket appears; absolute.
    public let target: String
    /// Whether the build fails without the agent.
    public let required: Bool
    /// Permission bits.
    public let mode: UInt32
    /// The owner.
    public let uid: UInt32
    /// The group.
    public let gid: UInt32

    /// Makes a mount.
    public init(
        id: String = "default", target: String, required: Bool = false, mode: UInt32 = 0o600, uid: UInt32 = 0,
        gid: UInt32 = 0
    ) {
        self.id = id
        self.target = target
        self.required = required
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}
