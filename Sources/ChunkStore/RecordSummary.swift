/// What the index says of a small record, without a look at the record itself.
public struct RecordSummary: Hashable, Sendable {
    /// The record's key.
    public let key: [UInt8]
    /// How many records refer to it.
    public let references: Int
    /// When it was written or used last, rounded down. Seconds of the store's clock.
    public let used: UInt64
}
