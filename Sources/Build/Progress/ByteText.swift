/// Counts of bytes and seconds for people.
public enum ByteText {
    /// As in `12.3 MB`.
    public static func megabytes(_ bytes: Int) -> String {
        if bytes < 1000 { return "\(bytes) B" }
        if bytes < 1_000_000 { return fixed(Double(bytes) / 1e3, 1) + " kB" }
        return fixed(Double(bytes) / 1e6, 1) + " MB"
    }

    /// `value` with `digits` digits behind the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int64((value * scale).rounded())
        guard digits > 0 else { return String(scaled) }
        let text = String(abs(scaled))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (scaled < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
