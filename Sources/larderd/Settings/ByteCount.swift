/// Sizes in bytes as people write and read them.
enum ByteCount {
    private static let units: [(name: String, shift: UInt64)] = [
        ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0),
    ]

    /// Reads `512`, `64MiB`, `1GiB`, and the same as docker and Kubernetes write it: `64m`, `1g`, `1Gi`. All are powers of 1024.
    /// `nil` for anything else and for what does not fit 64 bits.
    static func parse(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), let shift = shift(text.dropFirst(digits.count).lowercased()) else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// What `b`, `k`, `ki`, `kb`, `kib` and so on stand for.
    private static func shift(_ unit: String) -> UInt64? {
        if unit.isEmpty { return 0 }
        return units.first { name, shift in
            let name = name.lowercased()
            return unit == name
                || shift > 0 && [name.prefix(1), name.prefix(2)].contains { unit == $0 || unit == $0 + "b" }
        }?.shift
    }

    /// Writes `bytes` with one decimal and the largest unit that is not more: `1.5 MiB`.
    static func describe(_ bytes: UInt64) -> String {
        guard let unit = units.first(where: { bytes >= 1 << $0.shift }), unit.shift > 0 else { return "\(bytes) B" }
        let tenths = ((bytes >> (unit.shift - 10)) * 10) >> 10
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
