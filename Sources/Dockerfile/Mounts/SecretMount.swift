/// `RUN --mount=type=secret`: a secret as a file, a variable or both.
public struct SecretMount: Hashable, Sendable {
    /// Which secret.
    public let id: String
    /// Where it appears as a file; absolute. `nil` when it is a variable only.
    public let target: String?
    /// The environment variable it appears as.
    public let environmentVariable: String?
    /// Whether the build fails without it.
    public let required: Bool
    /// Permission bits.
    public let mode: UInt32
    /// The owner.
    public let uid: UInt32
    /// The group.
    public let gid: UInt32

    /// Makes a mount.
    public init(
        id: String, target: String?, environmentVariable: String? = nil, required: Bool = false, mode: UInt32 = 0o400,
        uid: UInt32 = 0, gid: UInt32 = 0
    ) {
        self.id = id
        self.target = target
        self.environmentVariable = environmentVariable
        self.required = required
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}
