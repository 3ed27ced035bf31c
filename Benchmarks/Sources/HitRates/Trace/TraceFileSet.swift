/// The bytes of the files that a step takes from the context: which contents, and how long each is. As what is different from
/// an earlier set, since most commits change little.
public struct TraceFileSet: Codable, Hashable, Sendable {
    /// The contents of a file.
    public struct Content: Codable, Hashable, Sendable {
        /// Of its bytes.
        public var id: TraceID
        /// Bytes.
        public var size: UInt64

        /// Makes contents.
        public init(id: TraceID, size: UInt64) {
            self.id = id
            self.size = size
        }

        /// Reads `[id, size]`.
        public init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            id = try container.decode(TraceID.self)
            size = try container.decode(UInt64.self)
        }

        /// Writes `[id, size]`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(id)
            try container.encode(size)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case base
        case added = "add"
        case removed = "del"
    }

    /// The set that this one is told by, by its place among the sets of the trace; `nil` for the empty one.
    public var base: Int?
    /// What it has that the base has not.
    public var added: [Content]
    /// What the base has that it has not.
    public var removed: [TraceID]

    /// Makes a set.
    public init(base: Int?, added: [Content], removed: [TraceID]) {
        self.base = base
        self.added = added
        self.removed = removed
    }
}
