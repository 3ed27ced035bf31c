internal import Chunking

/// The extended attributes of one inode as they stand behind it: `erofs_xattr_ibody_header`, then `erofs_xattr_entry`s.
enum AttributeBlock {
    static let headerByteCount = 12
    private static let entryByteCount = 4
    private static let prefixes: [(index: UInt8, text: [UInt8])] = [
        (1, Array("user.".utf8)), (4, Array("trusted.".utf8)), (6, Array("security.".utf8)),
    ]

    /// How the format says the beginning of a name; `nil` for names that it cannot say here.
    static func prefix(of name: [UInt8]) -> (index: UInt8, byteCount: Int)? {
        guard let found = prefixes.first(where: { name.starts(with: $0.text) }) else { return nil }
        let rest = name.count - found.text.count
        return (1...255).contains(rest) ? (found.index, found.text.count) : nil
    }

    /// How long the block is. Bytes, a multiple of 4; 0 without attributes.
    static func byteCount(of xattrs: [Entry.ExtendedAttribute]) -> Int {
        if xattrs.isEmpty { return 0 }
        return xattrs.reduce(headerByteCount) { sum, attribute in
            let name = attribute.name.count - (prefix(of: attribute.name)?.byteCount ?? 0)
            return sum + (entryByteCount + name + attribute.value.count).rounded(up: 4)
        }
    }

    /// `i_xattr_icount`: 1 for the header and 1 for each 4 bytes behind it.
    static func inodeCount(byteCount: Int) -> UInt16 {
        byteCount == 0 ? 0 : UInt16(1 + (byteCount - headerByteCount) / 4)
    }

    static func write(_ xattrs: [Entry.ExtendedAttribute], to writer: inout ByteWriter) {
        if xattrs.isEmpty { return }
        for _ in 0..<headerByteCount { writer.write(0) }
        for attribute in xattrs {
            guard let prefix = prefix(of: attribute.name) else { continue }
            let name = attribute.name.dropFirst(prefix.byteCount)
            writer.write(UInt8(name.count))
            writer.write(prefix.index)
            writer.writeFixed(UInt16(attribute.value.count))
            writer.write(name)
            writer.write(attribute.value)
            let byteCount = entryByteCount + name.count + attribute.value.count
            for _ in byteCount..<byteCount.rounded(up: 4) { writer.write(0) }
        }
    }
}

extension Int {
    /// The next multiple of `unit`, a power of two, that is not less.
    func rounded(up unit: Int) -> Int { (self + unit - 1) & ~(unit - 1) }
}

extension UInt64 {
    /// The next multiple of `unit`, a power of two, that is not less.
    func rounded(up unit: UInt64) -> UInt64 { (self + unit - 1) & ~(unit - 1) }
}
