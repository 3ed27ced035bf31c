/// Numbers as people read them.
enum Figure {
    /// With so many digits behind the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let whole = Int((value * Double(scale)).rounded())
        let sign = whole < 0 ? "-" : ""
        guard digits > 0 else { return "\(whole)" }
        let behind = String(whole.magnitude % scale.magnitude)
        return
            "\(sign)\(whole.magnitude / scale.magnitude).\(String(repeating: "0", count: digits - behind.count))\(behind)"
    }

    /// How many times as much.
    static func ratio(_ value: Double) -> String { "\(decimal(value, value < 10 ? 2 : 0)) ×" }

    /// The one in the middle, or between the two in the middle; `nil` of none.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
