internal import Chunking

/// Sets the times in a layer's tar that are later than a moment to that moment. Only the headers that `TarHeaderEncoder`
/// writes are changed, so lengths and places stay as they are; memory is bounded by one header.
struct TimestampClamp {
    private static let blockByteCount = 512
    /// The longest extended header that is read. Bytes.
    private static let recordsMaximum = 1 << 20

    private let limit: Int64
    /// The header, or extended header, that is being gathered.
    private var gathered: [UInt8] = []
    /// How many bytes are to be gathered before they can be looked at.
    private var wanted = blockByteCount
    private var isGatheringRecords = false
    /// How many bytes of content go by before the next header.
    private var content: UInt64 = 0
    /// What an extended header says about the size of what follows it.
    private var announcedSize: UInt64?
    private var isOver = false

    /// - Parameter limit: seconds since 1970, not negative.
    init(to limit: Int64) {
        self.limit = limit
    }

    /// A layer with its times set.
    /// - Throws: what `source` throws; `corrupt` for what is no tar of ours.
    static func source(_ source: @escaping LayerSource, to limit: Int64) -> LayerSource {
        { write in
            var clamp = TimestampClamp(to: limit)
            try source { try clamp.update($0, write) }
            try clamp.finish(write)
        }
    }

    /// Takes the tar's next bytes and hands on what they become. O(n).
    mutating func update(_ bytes: RawSpan, _ write: (RawSpan) throws -> Void) throws {
        var offset = 0
        while offset < bytes.byteCount {
            if isOver || content > 0 {
                let left = bytes.byteCount - offset
                let count = isOver ? left : Int(min(content, UInt64(left)))
                try write(bytes.extracting(offset..<(offset + count)))
                offset += count
                if !isOver { content -= UInt64(count) }
                continue
            }
            let count = min(wanted - gathered.count, bytes.byteCount - offset)
            gathered.append(copying: bytes.extracting(offset..<(offset + count)))
            offset += count
            if gathered.count == wanted { try look(write) }
        }
    }

    /// Ends the tar.
    mutating func finish(_ write: (RawSpan) throws -> Void) throws {
        try unsafe write(gathered.span.bytes)
        gathered = []
    }

    /// Looks at what was gathered, and hands it on.
    private mutating func look(_ write: (RawSpan) throws -> Void) throws {
        if isGatheringRecords {
            announcedSize = Self.size(in: gathered)
            isGatheringRecords = false
            wanted = Self.blockByteCount
        } else if gathered.allSatisfy({ $0 == 0 }) {
            isOver = true
        } else {
            try lookAtHeader()
        }
        try unsafe write(gathered.span.bytes)
        gathered.removeAll(keepingCapacity: true)
    }

    private mutating func lookAtHeader() throws {
        guard let size = Self.number(gathered[124..<136]), let time = Self.number(gathered[136..<148]) else {
            throw BuildError(.corrupt, "The times of a layer cannot be set: it is no tar that larder made.")
        }
        if gathered[156] == UInt8(ascii: "x") {
            guard size <= Self.recordsMaximum else {
                throw BuildError(.corrupt, "The times of a layer cannot be set: a header of it is too long.")
            }
            wanted = Int(Self.padded(size))
            isGatheringRecords = wanted > 0
            if wanted == 0 { wanted = Self.blockByteCount }
            return
        }
        content = Self.padded(announcedSize ?? size)
        announcedSize = nil
        if time > UInt64(limit) { setTime() }
    }

    private mutating func setTime() {
        Self.putOctal(UInt64(limit), digits: 11, at: 136, in: &gathered)
        // The checksum counts its own bytes as spaces.
        gathered.replaceSubrange(148..<156, with: repeatElement(UInt8(ascii: " "), count: 8))
        let sum = gathered.reduce(0) { $0 + UInt64($1) }
        Self.putOctal(sum, digits: 6, at: 148, in: &gathered)
        gathered[154] = 0
    }

    private static func padded(_ size: UInt64) -> UInt64 {
        let unit = UInt64(blockByteCount)
        return size.addingReportingOverflow(unit - 1).partialValue / unit * unit
    }

    private static func putOctal(_ value: UInt64, digits: Int, at offset: Int, in block: inout [UInt8]) {
        for digit in 0..<digits {
            block[offset + digits - 1 - digit] =
                UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value >> UInt64(3 * digit) & 7)
        }
    }

    /// Octal digits, of which there may be none before what ends them.
    private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "7"): value = value << 3 | UInt64(byte - UInt8(ascii: "0"))
            case 0, UInt8(ascii: " "): return value
            default: return nil
            }
        }
        return value
    }

    /// What the records `<length> <key>=<value>\n` say about the size.
    private static func size(in records: [UInt8]) -> UInt64? {
        let text = String(decoding: records, as: UTF8.self)
        let lines = text.split(separator: "\n").compactMap { $0.split(separator: " ", maxSplits: 1).last }
        return lines.lazy.compactMap { $0.hasPrefix("size=") ? UInt64($0.dropFirst(5)) : nil }.first
    }
}
