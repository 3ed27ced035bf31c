/// When background work was last done, in seconds since 1970; `nil` for not since the store was opened.
public struct UpkeepTimes: Codable, Sendable, Hashable {
    /// The end of the last collection.
    public var collected: UInt64?
    /// When the last chunk file was removed by compaction.
    public var compacted: UInt64?
    /// The end of the last packing.
    public var packed: UInt64?
    /// The end of the last scrub of everything, also before the store was opened.
    public var scrubbed: UInt64?
    /// How many damaged places that found.
    public var scrubFound: UInt64 = 0

    /// Nothing yet.
    public init() {}
}
