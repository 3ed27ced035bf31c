/// What a check looked at, and what it found wrong.
public struct CheckReport: Sendable, Codable, Hashable {
    /// Of each kind, no more findings than this are kept; all are counted.
    public static let findingsMaximum = 100

    /// Chunk files that were read.
    public internal(set) var files = 0
    /// Bytes that were read and verified.
    public internal(set) var bytes: UInt64 = 0
    /// Records in chunk files that are as they were written.
    public internal(set) var records = 0
    /// Frames that were decompressed, every chunk hashed.
    public internal(set) var frames = 0
    /// Chunks that the index knows.
    public internal(set) var chunks = 0
    /// Blobs that the index knows, once per project.
    public internal(set) var blobs = 0
    /// Small records that the index knows.
    public internal(set) var smallRecords = 0
    /// What was found wrong, in the order in which it was found, at most ``findingsMaximum`` of each kind.
    public internal(set) var findings: [Finding] = []
    /// How many findings there are of each kind, by its name.
    public internal(set) var counts: [String: Int] = [:]
    /// What is worth knowing but not wrong.
    public internal(set) var notes: [String] = []

    /// Whether nothing is wrong.
    public var isClean: Bool { counts.isEmpty }

    init() {}

    mutating func add(_ kind: Finding.Kind, _ text: String) {
        counts[kind.rawValue, default: 0] += 1
        if counts[kind.rawValue, default: 0] <= Self.findingsMaximum { findings.append(Finding(kind, text)) }
    }
}
