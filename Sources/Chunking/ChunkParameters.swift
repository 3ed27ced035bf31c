/// The sizes that decide where content is cut. Stored with each recipe by ``id``, since two recipes share
/// chunks only when they were cut alike.
public struct ChunkParameters: Hashable, Sendable {
    /// Names this set in recipes and in the domain of content digests.
    public let id: UInt16
    /// No chunk is shorter, but for the last of a run. Bytes.
    public let minimum: Int
    /// The length that cutting aims at. Bytes, a power of two.
    public let average: Int
    /// No chunk is longer. Bytes.
    public let maximum: Int
    /// A file of at least this size begins and ends with a chunk of its own. Bytes.
    public let fileRestart: Int

    /// 16/64/256 KiB, restarting at files from 16 KiB.
    public static let v1 = ChunkParameters(
        id: 1, minimum: 16 << 10, average: 64 << 10, maximum: 256 << 10, fileRestart: 16 << 10)

    /// The set that recipes call `id`; `nil` when this version does not know it.
    public init?(id: UInt16) {
        guard id == Self.v1.id else { return nil }
        self = .v1
    }

    /// Any sizes, for experiments: recipes name only the sets that ``init(id:)`` knows.
    public init(id: UInt16, minimum: Int, average: Int, maximum: Int, fileRestart: Int) {
        self.id = id
        self.minimum = minimum
        self.average = average
        self.maximum = maximum
        self.fileRestart = fileRestart
    }
}
