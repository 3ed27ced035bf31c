/// Numbers as people read them.
enum ByteText {
    /// Bytes, with three digits, in the decimal units that disks are sold in.
    static func bytes(_ count: UInt64) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["B", "kB", "MB", "GB", "TB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)) \(units[unit])"
    }

    /// Seconds, as `43 s`, `12 min` or `3.4 h`.
    static func seconds(_ count: Double) -> String {
        if count < 120 { return "\(decimal(count, count < 10 ? 1 : 0)) s" }
        return count < 7200 ? "\(decimal(count / 60, 0)) min" : "\(decimal(count / 3600, 1)) h"
    }

    /// A rate as `97.3 %`.
    static func percent(_ rate: Double) -> String { "\(decimal(rate * 100, 1)) %" }

    /// A number with so many digits behind the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = (abs(value) * scale).rounded()
        guard whole < 9e15 else { return "\(value)" }
        let sign = value < 0 && whole > 0 ? "-" : ""
        let text = String(Int64(whole))
        guard digits > 0 else { return sign + text }
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
