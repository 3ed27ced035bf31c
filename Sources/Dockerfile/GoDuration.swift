/// Durations as Go's `time.ParseDuration` reads them: `1m30s`, `1.5h`, `500ms`, `-2us`, `0`.
enum GoDuration {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Nanoseconds; `nil` if `text` is no duration or does not fit.
    static func nanoseconds(_ text: String) -> Int64? {
        var rest = text.scalarRun
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        if rest.elementsEqual(["0"]) { return 0 }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = takePart(from: &rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        return isNegative ? -total : total
    }

    private static func takePart(from rest: inout Scalars) -> Int64? {
        let whole = takeDigits(from: &rest)
        var fraction = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = takeDigits(from: &rest)
        }
        guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
        let name = String(scalars: rest.prefix { $0 != "." && !("0"..."9").contains($0) })
        rest = rest.dropFirst(name.unicodeScalars.count)
        guard let unit = units.first(where: { $0.name.utf8.elementsEqual(name.utf8) })?.nanoseconds,
            let count = whole.isEmpty ? 0 : Int64(whole)
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        // Digits beyond 1e-9 of an hour make no nanosecond.
        let part = fraction.isEmpty ? 0 : Int64((Double("0." + fraction.prefix(16)) ?? 0) * Double(unit))
        let (sum, sumOverflow) = product.addingReportingOverflow(part)
        return sumOverflow ? nil : sum
    }

    private static func takeDigits(from rest: inout Scalars) -> String {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        return String(scalars: digits)
    }
}
