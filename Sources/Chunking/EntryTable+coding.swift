extension EntryTable {
    static let formatVersion: UInt8 = 1

    /// What follows in a row; beside the kind in the row's first byte.
    private enum Flag {
        static let kindMask: UInt8 = 0x07
        static let content: UInt8 = 0x08
        static let attributes: UInt8 = 0x10
        static let link: UInt8 = 0x20
        static let device: UInt8 = 0x40
        static let data: UInt8 = 0x80
    }

    /// The binary form; compress it before it is stored or sent. It is canonical.
    ///
    /// A version byte (1), the number of rows as a varint, then the rows:
    ///
    /// | field | bytes | meaning |
    /// |---|---|---|
    /// | kind and flags | 1 | bits 0-2 ``Entry/Kind``; flags 0x08 content, 0x10 attributes, 0x20 link, 0x40 device, 0x80 data |
    /// | shared | varint | how many bytes the path shares with the path of the row before |
    /// | path | varint + bytes | length and bytes of the rest of the path |
    /// | mode, uid, gid | varint each | |
    /// | mtime seconds | zigzag varint | difference to the row before (0 before the first), modulo 2^64 |
    /// | mtime nanoseconds | varint | below 1,000,000,000 |
    /// | size | varint, with *data* | |
    /// | payload offset | zigzag varint, with *data* | difference to the end of the row before that has *data*, modulo 2^64 |
    /// | content | 32, with *content* | ``Entry/content`` |
    /// | link | varint + bytes, with *link* | ``Entry/linkTarget`` |
    /// | device | varint each, with *device* | major, minor |
    /// | attributes | with *attributes* | their number as a varint; each: name, value as varint + bytes |
    ///
    /// Nothing follows. A flag is set exactly when what it announces is not empty or zero. Varints are described
    /// at ``ByteWriter``.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 16 + entries.count * 96)
        writer.write(Self.formatVersion)
        writer.writeVarint(entries.count)
        var context = RowContext()
        for entry in entries {
            Self.write(entry, to: &writer, &context)
        }
        return writer.bytes
    }

    /// Reads the binary form; memory is bounded by the limits of ``EntryTable`` and a small multiple of the length
    /// of `bytes`. O(n).
    /// - Throws: `malformed`, `unsupportedVersion`, `tooLarge`.
    public init(decoding bytes: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(bytes, subject: "the entry table")
        let version = try reader.readByte()
        guard version == Self.formatVersion else {
            throw ChunkingError(
                .unsupportedVersion, "the entry table has format \(version); this program reads \(Self.formatVersion)")
        }
        let count = try reader.readCount(maximum: Self.rowsMaximum, size: 8)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        var context = RowContext()
        for _ in 0..<count {
            entries.append(try Self.readEntry(&reader, &context))
        }
        try reader.expectEnd()
        self.init(entries: entries)
    }

    /// What a row is coded against.
    private struct RowContext {
        var path = LayerPath.root
        var seconds: Int64 = 0
        var payloadEnd: UInt64 = 0
        var budget = EntryTableBudget()
    }

    private static func flags(of entry: Entry) -> UInt8 {
        var flags = entry.kind.rawValue
        if entry.content != nil { flags |= Flag.content }
        if !entry.xattrs.isEmpty { flags |= Flag.attributes }
        if !entry.linkTarget.isEmpty { flags |= Flag.link }
        if entry.deviceMajor != 0 || entry.deviceMinor != 0 { flags |= Flag.device }
        if entry.size != 0 || entry.payloadOffset != 0 { flags |= Flag.data }
        return flags
    }

    private static func write(_ entry: Entry, to writer: inout ByteWriter, _ context: inout RowContext) {
        let flags = flags(of: entry)
        writer.write(flags)
        let shared = EntryTableBudget.sharedPrefix(context.path.bytes, entry.path.bytes)
        writer.writeVarint(shared)
        writer.writeCounted(entry.path.bytes[shared...])
        context.path = entry.path
        writer.writeVarint(UInt64(entry.mode))
        writer.writeVarint(UInt64(entry.uid))
        writer.writeVarint(UInt64(entry.gid))
        writer.writeSignedVarint(entry.mtimeSeconds &- context.seconds)
        context.seconds = entry.mtimeSeconds
        writer.writeVarint(UInt64(entry.mtimeNanoseconds))
        if flags & Flag.data != 0 {
            writer.writeVarint(entry.size)
            writer.writeSignedVarint(Int64(bitPattern: entry.payloadOffset &- context.payloadEnd))
            context.payloadEnd = entry.payloadOffset &+ entry.size
        }
        if let content = entry.content { writer.write(content) }
        if flags & Flag.link != 0 { writer.writeCounted(entry.linkTarget) }
        if flags & Flag.device != 0 {
            writer.writeVarint(UInt64(entry.deviceMajor))
            writer.writeVarint(UInt64(entry.deviceMinor))
        }
        if flags & Flag.attributes != 0 {
            writer.writeVarint(entry.xattrs.count)
            for attribute in entry.xattrs {
                writer.writeCounted(attribute.name)
                writer.writeCounted(attribute.value)
            }
        }
    }

    private static func readEntry(
        _ reader: inout ByteReader, _ context: inout RowContext
    ) throws(ChunkingError) -> Entry {
        let flags = try reader.readByte()
        guard let kind = Entry.Kind(rawValue: flags & Flag.kindMask) else {
            throw reader.malformed("has a row of a kind that does not exist")
        }
        let path = try readPath(&reader, &context)
        let mode = try reader.readVarint(as: UInt32.self)
        guard mode <= 0o7777 else { throw reader.malformed("has a mode above 07777") }
        var entry = Entry(path: path, kind: kind, mode: mode)
        entry.uid = try reader.readVarint(as: UInt32.self)
        entry.gid = try reader.readVarint(as: UInt32.self)
        context.seconds &+= try reader.readSignedVarint()
        entry.mtimeSeconds = context.seconds
        entry.mtimeNanoseconds = try reader.readVarint(as: UInt32.self)
        guard entry.mtimeNanoseconds < 1_000_000_000 else { throw reader.malformed("has a second of nanoseconds") }
        if flags & Flag.data != 0 {
            entry.size = try reader.readVarint()
            entry.payloadOffset = context.payloadEnd &+ UInt64(bitPattern: try reader.readSignedVarint())
            let (end, overflow) = entry.payloadOffset.addingReportingOverflow(entry.size)
            guard !overflow else { throw reader.malformed("has a file that ends past 2^64") }
            context.payloadEnd = end
        }
        if flags & Flag.content != 0 { entry.content = try reader.readDigest() }
        if flags & Flag.link != 0 { entry.linkTarget = Array(try reader.readCounted(maximum: pathBytesMaximum)) }
        if flags & Flag.device != 0 {
            entry.deviceMajor = try reader.readVarint(as: UInt32.self)
            entry.deviceMinor = try reader.readVarint(as: UInt32.self)
        }
        if flags & Flag.attributes != 0 { entry.xattrs = try readAttributes(&reader) }
        guard Self.flags(of: entry) == flags else { throw reader.malformed("has a row with an idle flag") }
        guard context.budget.admit(entry) else {
            throw ChunkingError(
                .tooLarge, "the entry table exceeds a limit on paths, link texts or attributes at \(entry.path)")
        }
        return entry
    }

    private static func readPath(
        _ reader: inout ByteReader, _ context: inout RowContext
    ) throws(ChunkingError) -> LayerPath {
        let shared = try reader.readVarint()
        guard shared <= UInt64(context.path.bytes.count) else {
            throw reader.malformed("shares more of a path than there is")
        }
        let rest = try reader.readCounted(maximum: pathBytesMaximum)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(shared) + rest.count)
        bytes.append(contentsOf: context.path.bytes[..<Int(shared)])
        bytes.append(contentsOf: rest)
        guard let path = LayerPath(normalizedBytes: bytes) else {
            throw reader.malformed("has a path that is not normalized")
        }
        context.path = path
        return path
    }

    private static func readAttributes(
        _ reader: inout ByteReader
    ) throws(ChunkingError) -> [Entry.ExtendedAttribute] {
        let count = try reader.readCount(maximum: attributesMaximum, size: 2)
        var attributes: [Entry.ExtendedAttribute] = []
        attributes.reserveCapacity(count)
        for _ in 0..<count {
            let name = Array(try reader.readCounted(maximum: pathBytesMaximum))
            let value = Array(try reader.readCounted(maximum: attributeBytesMaximum))
            attributes.append(Entry.ExtendedAttribute(name: name, value: value))
        }
        return attributes
    }
}
