internal import Chunking

/// Rows as the headers of a tar: POSIX.1-1988 ustar, before it a POSIX.1-2001 extended header (pax, with star's
/// `SCHILY.xattr.` keys) for what does not fit.
enum TarHeaderEncoder {
    static let byteCount = 512
    private static let nameBytesMaximum = 100
    private static let prefixBytesMaximum = 155
    private static let paxHeaderName = "PaxHeaders/entry"

    /// The header of `entry`.
    /// - Throws: `invalidInput` for the name of an attribute that pax cannot express.
    static func encode(_ entry: Entry) throws(BuildError) -> [UInt8] {
        var name = entry.path.bytes
        if entry.kind == .directory { name.append(UInt8(ascii: "/")) }
        let place = split(name)
        var records = PaxRecordWriter()
        if place == nil { records.append("path", name) }
        if !fits(entry.linkTarget) { records.append("linkpath", entry.linkTarget) }
        for (key, value, digits) in [
            ("uid", UInt64(entry.uid), 7), ("gid", UInt64(entry.gid), 7), ("size", entry.size, 11),
        ]
        where octal(value, digits) == nil {
            records.append(key, Array(String(value).utf8))
        }
        let mtime = UInt64(exactly: entry.mtimeSeconds).flatMap { octal($0, 11) }
        if mtime == nil { records.append("mtime", Array(String(entry.mtimeSeconds).utf8)) }
        for attribute in entry.xattrs {
            guard !attribute.name.contains(UInt8(ascii: "=")) else {
                let text = String(decoding: attribute.name, as: UTF8.self)
                throw BuildError(
                    .invalidInput, "\(entry.path) has the extended attribute '\(text)', whose '=' a layer cannot hold")
            }
            records.append("SCHILY.xattr.".utf8 + attribute.name, attribute.value)
        }
        var header = Header(type: type(entry.kind))
        header.put(place?.name ?? Array(name.prefix(nameBytesMaximum)), at: 0)
        header.put(place?.prefix ?? [], at: 345)
        header.put(Array(entry.linkTarget.prefix(nameBytesMaximum)), at: 157)
        header.putOctal(UInt64(entry.mode & 0o7777), digits: 7, at: 100)
        header.putOctal(UInt64(entry.uid), digits: 7, at: 108)
        header.putOctal(UInt64(entry.gid), digits: 7, at: 116)
        header.putOctal(entry.kind == .file ? entry.size : 0, digits: 11, at: 124)
        header.put(mtime ?? [], at: 136)
        header.putOctal(UInt64(entry.deviceMajor), digits: 7, at: 329)
        header.putOctal(UInt64(entry.deviceMinor), digits: 7, at: 337)
        return records.bytes.isEmpty ? header.finished() : extended(records.bytes) + header.finished()
    }

    /// The extended header with `records`.
    private static func extended(_ records: [UInt8]) -> [UInt8] {
        var header = Header(type: UInt8(ascii: "x"))
        header.put(Array(paxHeaderName.utf8), at: 0)
        for (value, digits, offset) in [
            (0o644, 7, 100), (0, 7, 108), (0, 7, 116), (records.count, 11, 124), (0, 11, 136),
        ] {
            header.putOctal(UInt64(value), digits: digits, at: offset)
        }
        let padding = (byteCount - records.count % byteCount) % byteCount
        return header.finished() + records + [UInt8](repeating: 0, count: padding)
    }

    /// The name as ustar's two fields; `nil` when it does not fit or is not ASCII, whose encoding ustar leaves open.
    private static func split(_ name: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
        if name.count <= nameBytesMaximum { return ([], name) }
        // The slash between the fields is in neither; one at the end belongs to the name.
        let first = max(0, name.count - nameBytesMaximum - 1)
        let last = min(prefixBytesMaximum, name.count - 2)
        guard first <= last,
            let slash = name[first...last].firstIndex(of: UInt8(ascii: "/")), slash > 0
        else { return nil }
        return (Array(name[..<slash]), Array(name[(slash + 1)...]))
    }

    private static func fits(_ linkTarget: [UInt8]) -> Bool {
        linkTarget.count <= nameBytesMaximum && linkTarget.allSatisfy { $0 < 0x80 }
    }

    /// `value` in exactly so many octal digits; `nil` when it has more.
    private static func octal(_ value: UInt64, _ digits: Int) -> [UInt8]? {
        guard value >> UInt64(3 * digits) == 0 else { return nil }
        return (0..<digits).reversed().map { UInt8(ascii: "0") + UInt8(value >> UInt64(3 * $0) & 7) }
    }

    private static func type(_ kind: Entry.Kind) -> UInt8 {
        switch kind {
        case .file: UInt8(ascii: "0")
        case .hardlink: UInt8(ascii: "1")
        case .symlink: UInt8(ascii: "2")
        case .characterDevice: UInt8(ascii: "3")
        case .blockDevice: UInt8(ascii: "4")
        case .directory: UInt8(ascii: "5")
        case .fifo: UInt8(ascii: "6")
        }
    }

    /// One block under construction.
    private struct Header {
        private var block = [UInt8](repeating: 0, count: byteCount)

        init(type: UInt8) {
            block[156] = type
            put(Array("ustar\u{0}00".utf8), at: 257)
        }

        mutating func put(_ bytes: [UInt8], at offset: Int) {
            block.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        }

        /// What is too large stays 0: an extended header has it.
        mutating func putOctal(_ value: UInt64, digits: Int, at offset: Int) {
            put(octal(value, digits) ?? [UInt8](repeating: UInt8(ascii: "0"), count: digits), at: offset)
        }

        /// The block with its checksum: the sum of its bytes, those of the checksum taken as spaces.
        consuming func finished() -> [UInt8] {
            put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
            let sum = block.reduce(0) { $0 + UInt64($1) }
            putOctal(sum, digits: 6, at: 148)
            block[154] = 0
            return block
        }
    }
}

/// Writes the records of a pax header: `<length> <key>=<value>\n`, where the length counts itself.
private struct PaxRecordWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ key: String, _ value: [UInt8]) {
        append(Array(key.utf8), value)
    }

    mutating func append(_ key: [UInt8], _ value: [UInt8]) {
        let rest = key.count + value.count + 3
        var length = rest + String(rest).utf8.count
        if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
        bytes += Array("\(length) ".utf8) + key + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
    }
}
