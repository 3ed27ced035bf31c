/// Times as people write them.
enum TimeSpan {
    private static let units: [(suffix: String, seconds: UInt64)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads `90`, `90s`, `15m`, `2h`, `30d` as seconds; `nil` for anything else.
    static func parse(_ text: String) -> UInt64? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return UInt64(text) }
        guard let number = UInt64(text.dropLast()) else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit.seconds)
        return overflow ? nil : seconds
    }
}
