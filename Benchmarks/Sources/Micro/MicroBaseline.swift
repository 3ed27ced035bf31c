public import FoundationEssentials

/// Counts that later ones are compared with; a file in the repository.
public struct MicroBaseline: Codable, Hashable, Sendable {
    /// What was counted, and where: counts of another machine mean something else.
    public var machine: MicroMachine
    /// By the benchmark's name.
    public var counts: [String: MicroCount]

    /// Makes a baseline.
    public init(machine: MicroMachine, counts: [String: MicroCount]) {
        self.machine = machine
        self.counts = counts
    }

    /// - Throws: ``MicroError`` when `data` is no baseline.
    public init(decoding data: Data, named name: String) throws {
        do {
            self = try JSONDecoder().decode(MicroBaseline.self, from: data)
        } catch {
            throw MicroError("\(name) is no baseline; 'larder-bench micro --renew' writes one: \(error)")
        }
    }

    /// With its keys in order and a line for each, so that a change shows what changed. Instructions have three digits behind
    /// the point.
    public func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var rounded = self
        rounded.counts = counts.mapValues {
            MicroCount(unit: $0.unit, instructions: ($0.instructions * 1000).rounded() / 1000)
        }
        return try encoder.encode(rounded) + Data("\n".utf8)
    }

    /// What differs from this in `counts` by more than `tolerance` percent, in the order of names.
    /// - Parameter isWhole: whether `counts` are of all benchmarks that there are.
    public func findings(in counts: [String: MicroCount], tolerance: Double, isWhole: Bool) -> [MicroFinding] {
        var findings: [MicroFinding] = counts.sorted { $0.key < $1.key }.compactMap { name, count in
            guard let before = self.counts[name], before.unit == count.unit else { return .unknown(name) }
            let change = (count.instructions / before.instructions - 1) * 100
            guard abs(change) > tolerance else { return nil }
            return change > 0
                ? .more(name, before: before, now: count, percent: change)
                : .fewer(name, before: before, now: count, percent: -change)
        }
        if isWhole { findings += self.counts.keys.filter { counts[$0] == nil }.sorted().map { .gone($0) } }
        return findings
    }
}
