/// How a count differs from its baseline.
public enum MicroFinding: Hashable, Sendable, CustomStringConvertible {
    /// More instructions, by so many percent.
    case more(String, before: MicroCount, now: MicroCount, percent: Double)
    /// Fewer instructions, by so many percent.
    case fewer(String, before: MicroCount, now: MicroCount, percent: Double)
    /// The baseline does not know the benchmark, or counts it in something else.
    case unknown(String)
    /// The baseline knows a benchmark that there is not.
    case gone(String)

    /// Whether nothing may be merged with it. Fewer instructions are good news, to be kept by a new baseline.
    public var isFailure: Bool {
        if case .fewer = self { return false }
        return true
    }

    /// What it is about, and by how much it differs.
    public var description: String {
        switch self {
        case .more(let name, let before, let now, let percent):
            "\(name): \(Self.text(now)) instructions for each \(now.unit), \(Self.text(percent)) % more than the baseline's "
                + Self.text(before)
        case .fewer(let name, let before, let now, let percent):
            "\(name): \(Self.text(now)) instructions for each \(now.unit), \(Self.text(percent)) % fewer than the baseline's "
                + Self.text(before)
        case .unknown(let name): "\(name) is not in the baseline, or is counted in something else there"
        case .gone(let name): "\(name) is in the baseline, but there is no such benchmark"
        }
    }

    private static func text(_ count: MicroCount) -> String {
        text(count.instructions)
    }

    private static func text(_ number: Double) -> String {
        "\((number * 100).rounded() / 100)"
    }
}
