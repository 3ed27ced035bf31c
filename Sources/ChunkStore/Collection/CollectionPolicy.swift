/// What a store may keep, and what goes first when it is too much.
public struct CollectionPolicy: Sendable {
    /// The most bytes that chunk files and index may have on disk; `nil` for no limit but the disk's.
    public var storeBytesMaximum: UInt64?
    /// The most uncompressed, deduplicated bytes that a project may have; `nil` for no limit.
    public var projectBytesMaximum: UInt64?
    /// The same for single projects, by name, in place of ``projectBytesMaximum``.
    public var projectBytesMaxima: [String: UInt64] = [:]
    /// Records that were not used for so long are evicted. Seconds for which the store was open; `nil` for no limit.
    public var ageMaximum: UInt64?
    /// Which records may be evicted at all. What another record refers to never is.
    public var isEvictable: @Sendable (RecordTable, [UInt8]) -> Bool = { table, _ in table != .tag }
    /// Called with each record that was evicted, by the thread that collects.
    public var didEvict: @Sendable (RecordTable, _ key: [UInt8], _ value: [UInt8]?, ProjectID) -> Void = { _, _, _, _ in
    }
    /// A chunk file of which a smaller share is needed is compacted.
    public var liveShareMinimum = 0.75

    /// No limits; tags are never evicted.
    public init() {}
}
