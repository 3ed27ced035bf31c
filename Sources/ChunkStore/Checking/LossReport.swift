/// What had to be given up because it is damaged, in words for people.
public struct LossReport: Sendable, Codable, Hashable {
    /// Of each kind, no more than this are named; all are counted.
    public static let namedMaximum = 1000

    /// Chunks.
    public internal(set) var chunks = 0
    /// Blobs, once per project.
    public internal(set) var blobs = 0
    /// Small records: steps that become misses, images, tags.
    public internal(set) var smallRecords = 0
    /// The blobs and small records.
    public internal(set) var names: [String] = []

    /// Whether nothing was lost.
    public var isEmpty: Bool { chunks == 0 && blobs == 0 && smallRecords == 0 }

    init() {}

    mutating func addBlob(_ name: String) {
        blobs += 1
        if blobs <= Self.namedMaximum { names.append(name) }
    }

    mutating func addRecord(_ name: String) {
        smallRecords += 1
        if smallRecords <= Self.namedMaximum { names.append(name) }
    }
}

/// Says in words what a small record of the layers above is.
public typealias RecordDescriber =
    @Sendable (_ table: RecordTable, _ key: [UInt8], _ value: [UInt8]?, _ project: String) -> String
