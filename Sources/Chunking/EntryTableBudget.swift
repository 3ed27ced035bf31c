/// What is left of the limits of ``EntryTable`` while a table is made row by row.
struct EntryTableBudget: Sendable {
    private var rows: Int
    private var textBytes: Int
    private var components: Int
    private var lastPath = LayerPath.root

    init(
        rows: Int = EntryTable.rowsMaximum, textBytes: Int = EntryTable.textBytesMaximum,
        components: Int = EntryTable.componentsMaximum
    ) {
        self.rows = rows
        self.textBytes = textBytes
        self.components = components
    }

    /// Takes `entry` out of the budget; false when it does not fit.
    mutating func admit(_ entry: Entry) -> Bool {
        let path = entry.path.bytes
        let shared = Self.sharedPrefix(lastPath.bytes, path)
        lastPath = entry.path
        rows -= 1
        components -= 1 + path[shared...].count { $0 == UInt8(ascii: "/") }
        textBytes -= path.count + entry.linkTarget.count
        guard path.count <= EntryTable.pathBytesMaximum, entry.linkTarget.count <= EntryTable.pathBytesMaximum,
            entry.xattrs.count <= EntryTable.attributesMaximum
        else { return false }
        for attribute in entry.xattrs {
            textBytes -= attribute.name.count + attribute.value.count
            guard attribute.name.count <= EntryTable.pathBytesMaximum,
                attribute.value.count <= EntryTable.attributeBytesMaximum
            else { return false }
        }
        return rows >= 0 && components >= 0 && textBytes >= 0
    }

    /// How many bytes two paths have in common at their beginning.
    static func sharedPrefix(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let count = min(left.count, right.count)
        var index = 0
        while index < count, left[index] == right[index] { index += 1 }
        return index
    }
}
