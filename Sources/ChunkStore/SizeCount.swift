/// How many things there are of up to a size.
public struct SizeCount: Codable, Sendable, Hashable {
    /// The largest size that is counted here; the next smaller one has a count of its own. Bytes, a power of two.
    public var bytes: UInt64
    /// How many.
    public var count: UInt64
}
