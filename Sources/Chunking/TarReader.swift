/// Reads a tar that arrives in parts, entry by entry, and keeps nothing: for those who unpack it as it comes.
///
/// It understands exactly the tars for which ``LayerSplitter`` makes an entry table, and gives the same rows, except
/// that a file's row comes before its bytes, so ``Entry/content`` and ``Entry/payloadOffset`` are not set.
public struct TarReader: ~Copyable, Sendable {
    private var parser = TarParser()

    /// Begins a tar.
    public init() {}

    /// False once something came up that no row can express (sparse files, unknown types, damaged headers) or a
    /// limit of ``EntryTable`` is exceeded. No entries are given from there on.
    public var isUnderstood: Bool { parser.wantsContent }

    /// Whether any entry so far, or the target of a hard link, has a name that climbs out of the directory that the
    /// tar is unpacked into. The row has the name as it is inside a chroot.
    public var hasClimbingNames: Bool { parser.hasClimbingNames }

    /// Takes the tar's next bytes. `onEntry` gets each row; a regular file's bytes, as many as its row's `size`,
    /// follow as calls of `onContent` before the next row. They are valid only inside the call. O(n).
    public mutating func update<E: Error>(
        _ bytes: RawSpan, onEntry: (Entry) throws(E) -> Void, onContent: (RawSpan) throws(E) -> Void
    ) throws(E) {
        var offset = 0
        while offset < bytes.byteCount, parser.wantsContent {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            let step = parser.advance(rest)
            if step.stream == .payload { try onContent(rest.extracting(first: step.count)) }
            offset += step.count
            if let entry = parser.takeRow() { try onEntry(entry) }
        }
    }

    /// Ends the tar.
    /// - Returns: whether all of it was understood and its last entry is complete.
    public consuming func finish() -> Bool {
        parser.finish() != nil
    }
}
