/// The table of contents of a layer: one row per tar entry, in the order of the tar.
public struct EntryTable: Hashable, Sendable {
    /// The rows, in the order of the tar; a path that occurs twice has two.
    public var entries: [Entry]

    /// Makes a table of `entries`.
    public init(entries: [Entry] = []) {
        self.entries = entries
    }

    /// The binary form, described in `ChunkStore.docc/StorageFormat.md`.
    public func encoded() -> [UInt8] { [] }

    /// Reads the binary form.
    /// - Throws: `malformed`, `unsupportedVersion`, `tooLarge`.
    public init(decoding bytes: RawSpan) throws(ChunkingError) {
        throw ChunkingError(.malformed, "not written yet")
    }
}
