/// The contents of the file sets of a trace.
struct FileContents: Sendable {
    /// Of each set, by its place.
    let sets: [[TraceID: UInt64]]
    private let bytes: [UInt64]

    /// Resolves all sets of a trace. O(sets × their files).
    init(_ trace: Trace) {
        var sets: [[TraceID: UInt64]] = []
        for set in trace.sets {
            var contents = set.base.map { sets[$0] } ?? [:]
            for id in set.removed { contents[id] = nil }
            for content in set.added { contents[content.id] = content.size }
            sets.append(contents)
        }
        self.sets = sets
        bytes = sets.map { $0.values.reduce(0, +) }
    }

    /// How long all files of a set are together.
    func bytes(of set: Int) -> UInt64 { bytes[set] }
}
