/// A row of the results, as Benchmarks/store/run wants it.
struct Row {
    let name: String
    let repetition: Int
    let value: Double
    let unit: String

    init(_ name: String, _ value: Double, _ unit: String, repetition: Int = 1) {
        self.name = name
        self.repetition = repetition
        self.value = value
        self.unit = unit
    }

    /// Writes it to standard output.
    func print() {
        Output.line("larder,\(name),\(repetition),\(value.rounded(to: 3)),\(unit)")
    }
}

extension Double {
    /// This with `digits` digits behind the point.
    func rounded(to digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
