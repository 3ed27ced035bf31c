/// A small record with what it refers to, all of which is held for a lease period.
public struct HeldRecord: Hashable, Sendable {
    /// The record's value.
    public let value: [UInt8]
    /// What it refers to.
    public let references: [Reference]
    /// What of that the project no longer has: it was damaged, or somebody had it deleted.
    public let missing: [Reference]
}
