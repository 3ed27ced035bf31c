/// An amount of something in each ten seconds of a day.
struct Timeline {
    static let step = 10.0
    private(set) var amounts = [Double](repeating: 0, count: Int(86_400 / step))

    /// Spreads an amount evenly from `start` on. What would come after the day's end counts at its beginning: the day before was
    /// like this one.
    mutating func add(_ amount: Double, from start: Double, for seconds: Double) {
        let (first, last) = (Int(start / Self.step), Int((start + seconds) / Self.step))
        let part = amount / Double(last - first + 1)
        for place in first...last { amounts[place % amounts.count] += part }
    }

    /// Of all day, for each second.
    var mean: Double { amounts.reduce(0, +) / 86_400 }

    /// For each second, in the ten seconds of which all but a thousandth are less busy.
    var busiest: Double {
        let sorted = amounts.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * 0.999))] / Self.step
    }
}
