/// What the body of a pax extended header says (POSIX.1-2001, and the `SCHILY.xattr.` keys of star).
struct PaxRecords {
    /// The longest body that is read. Bytes.
    static let byteCountMaximum = 1 << 20

    private(set) var path: [UInt8]?
    private(set) var linkPath: [UInt8]?
    private(set) var size: UInt64?
    private(set) var uid: Int64?
    private(set) var gid: Int64?
    private(set) var mtime: (seconds: Int64, nanoseconds: UInt32)?
    private(set) var attributes: [[UInt8]: [UInt8]] = [:]
    /// False when a record is damaged or says something that cannot be put into an entry.
    private(set) var isUnderstood = true
    /// Whether any record changes what an entry says; comments and the like do not.
    private(set) var hasEffect = false

    /// Reads all records of `body`.
    init(_ body: [UInt8]) {
        var rest = body[...]
        while !rest.isEmpty {
            guard let record = Self.nextRecord(&rest) else {
                isUnderstood = false
                return
            }
            apply(key: record.key, value: record.value)
        }
    }

    /// Takes one record, `<length> <key>=<value>\n`, off the front of `rest`.
    private static func nextRecord(
        _ rest: inout ArraySlice<UInt8>
    ) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = number(rest[..<space]), length > 0, length <= Int64(rest.count)
        else { return nil }
        let end = rest.startIndex + Int(length)
        guard space + 1 < end, rest[end - 1] == UInt8(ascii: "\n") else { return nil }
        let text = rest[(space + 1)..<(end - 1)]
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex else { return nil }
        rest = rest[end...]
        return (text[..<equals], text[(equals + 1)...])
    }

    private mutating func apply(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        let attributePrefix = "SCHILY.xattr.".utf8
        if key.starts(with: attributePrefix) {
            attributes[Array(key.dropFirst(attributePrefix.count))] = Array(value)
            hasEffect = true
            return
        }
        switch String(decoding: key, as: UTF8.self) {
        case "path": path = text(value)
        case "linkpath": linkPath = text(value)
        case "size": size = understood(value, Self.number).map { UInt64($0) }
        case "uid": uid = understood(value, Self.number)
        case "gid": gid = understood(value, Self.number)
        case "mtime": mtime = understood(value, Self.time)
        case let name where name.hasPrefix("GNU.sparse."): isUnderstood = false
        default: return
        }
        hasEffect = true
    }

    /// A name; an empty one takes the record back.
    private mutating func text(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        if value.contains(0) { isUnderstood = false }
        return value.isEmpty ? nil : Array(value)
    }

    /// `value` parsed; an empty one takes the record back.
    private mutating func understood<Value>(
        _ value: ArraySlice<UInt8>, _ parse: (ArraySlice<UInt8>) -> Value?
    ) -> Value? {
        guard !value.isEmpty else { return nil }
        let parsed = parse(value)
        if parsed == nil { isUnderstood = false }
        return parsed
    }

    /// Decimal digits, not negative.
    private static func number(_ text: ArraySlice<UInt8>) -> Int64? {
        guard !text.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = tens.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !overflowToo else { return nil }
            value = sum
        }
        return value
    }

    /// Seconds since 1970 with a sign and a fraction, of which nine digits are kept.
    private static func time(_ text: ArraySlice<UInt8>) -> (seconds: Int64, nanoseconds: UInt32)? {
        let negative = text.first == UInt8(ascii: "-")
        let parts = text.dropFirst(negative ? 1 : 0)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = number(whole) else { return nil }
        var nanoseconds: UInt32 = 0
        if parts.count == 2 {
            let fraction = Array(parts[1].prefix(9))
            guard parts[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            for index in 0..<9 {
                let digit = index < fraction.count ? fraction[index] - UInt8(ascii: "0") : 0
                nanoseconds = nanoseconds * 10 + UInt32(digit)
            }
        }
        guard negative else { return (seconds, nanoseconds) }
        return nanoseconds == 0 ? (-seconds, 0) : (-seconds - 1, 1_000_000_000 - nanoseconds)
    }
}
