/// Sizes in bytes as people write and read them.
enum ByteCount {
    private static let units: [(name: String, shift: UInt64)] = [
        ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0),
    ]

    /// Reads `512`, `64MiB`, `1GiB`; `nil` for anything else and for what does not fit 64 bits.
    static func parse(_ text: String) -> UInt64? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return UInt64(text) }
        guard let number = UInt64(text.dropLast(unit.name.count)) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << unit.shift)
        return overflow ? nil : bytes
    }

    /// Writes `bytes` with one decimal and the largest unit that is not more: `1.5 MiB`.
    static func describe(_ bytes: UInt64) -> String {
        guard let unit = units.first(where: { bytes >= 1 << $0.shift }), unit.shift > 0 else { return "\(bytes) B" }
        let tenths = ((bytes >> (unit.shift - 10)) * 10) >> 10
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
