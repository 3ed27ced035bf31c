/// The table of contents of a layer: one row per tar entry, in the order of the tar.
public struct EntryTable: Hashable, Sendable {
    /// The most rows a table may have.
    public static let rowsMaximum = 2_000_000
    /// The longest path, link text, or name of an attribute (`PATH_MAX` of Linux). Bytes.
    public static let pathBytesMaximum = 4096
    /// The longest value of an extended attribute (`XATTR_SIZE_MAX` of Linux). Bytes.
    public static let attributeBytesMaximum = 64 << 10
    /// The most extended attributes of one path.
    public static let attributesMaximum = 1024
    /// The most bytes that the paths, link texts and attributes of a table may have together.
    public static let textBytesMaximum = 256 << 20
    /// The most path components that rows may add to those of the row before, all together: a bound for the
    /// directories that a merged view makes of them.
    public static let componentsMaximum = 2 * rowsMaximum

    /// The rows, in the order of the tar; a path that occurs twice has two.
    public var entries: [Entry]

    /// Makes a table of `entries`.
    public init(entries: [Entry] = []) {
        self.entries = entries
    }
}
