import FoundationEssentials

/// What a day comes to.
package struct DayReport: Codable, Hashable, Sendable {
    /// For each second.
    package struct Load: Codable, Hashable, Sendable {
        /// Over the whole day.
        package var mean: Double
        /// In its busiest ten seconds, but for a thousandth.
        package var busiest: Double
    }

    /// How many builds a day fill one part of a machine as far as it may be.
    package struct Limit: Codable, Hashable, Sendable {
        package let part: String
        package let builds: Double
    }

    package var builds: Int
    package var runners: Int
    package var days: Double
    /// Steps that were looked up.
    package var steps = 0
    /// New in layers, and fetched of them. Bytes.
    package var newBytes = 0.0
    package var fetchedBytes = 0.0
    /// Runners that are busy when most are.
    package var busyRunners = 0.0
    /// How long a build waits for one, at most. Seconds.
    package var longestWait = 0.0
    /// Seconds of a processor for each second: what builds ask for.
    package var processor = Load(mean: 0, busiest: 0)
    /// The same for packing and compaction, which can wait, over the whole day.
    package var maintenance = 0.0
    /// The same for collection, when as much goes as comes.
    package var collection = 0.0
    /// Bytes a second from clients and to them.
    package var up = Load(mean: 0, busiest: 0)
    package var down = Load(mean: 0, busiest: 0)
    /// In the store when as much goes as comes.
    package var chunks = 0.0
    package var indexBytes = 0.0
    /// Index included.
    package var diskBytes = 0.0
    /// Least first: where one machine ends.
    package var limits: [Limit] = []

    package init(builds: Int, runners: Int, days: Double) {
        self.builds = builds
        self.runners = runners
        self.days = days
    }

    /// All of it grows with the number of builds.
    package func limits(of machine: MachineSize) -> [Limit] {
        func limit(_ part: String, _ used: Double, of whole: Double) -> Limit {
            Limit(part: part, builds: used > 0 ? Double(builds) * MachineSize.share * whole / used : .infinity)
        }
        let bits = machine.network * 1e9 / 8
        return [
            limit("processors, in the busiest seconds", processor.busiest, of: machine.cores),
            limit(
                "processors, over the day with maintenance", processor.mean + maintenance + collection,
                of: machine.cores),
            limit("network from clients", up.busiest, of: bits),
            limit("network to clients", down.busiest, of: bits),
            limit("disk", diskBytes, of: machine.disk * 1e12),
        ].sorted { $0.builds < $1.builds }
    }

    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "unlimited", negativeInfinity: "-", nan: "unknown")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// A Markdown table, and where the machine ends.
    package func text(of machine: MachineSize) -> String {
        let rows: [(String, String)] = [
            ("builds a day, on so many runners", "\(builds), \(runners)"),
            (
                "busy runners when most are; longest wait for one",
                "\(Int(busyRunners.rounded())); \(Int(longestWait)) s"
            ),
            ("steps looked up a day", "\(steps)"),
            ("new bytes of layers a day; fetched", "\(Self.tera(newBytes)); \(Self.tera(fetchedBytes))"),
            ("processors for builds: mean; busiest", "\(Self.two(processor.mean)); \(Self.two(processor.busiest))"),
            ("processors for maintenance; collection: mean", "\(Self.two(maintenance)); \(Self.two(collection))"),
            ("network from clients: mean; busiest", "\(Self.bits(up.mean)); \(Self.bits(up.busiest))"),
            ("network to clients: mean; busiest", "\(Self.bits(down.mean)); \(Self.bits(down.busiest))"),
            ("kept for \(Self.two(days)) days: disk", Self.tera(diskBytes)),
            ("the same: chunks; index", "\(Self.two(chunks / 1e6)) million; \(Self.two(indexBytes / 1e9)) GB"),
        ]
        let ends = limits.map { "\($0.part): \($0.builds.isFinite ? "\(Int($0.builds))" : "never")" }
        return (["| what | value |", "|---|---|"] + rows.map { "| \($0.0) | \($0.1) |" }).joined(separator: "\n")
            + "\n\nOne machine of \(Self.two(machine.cores)) processors, \(Self.two(machine.network)) Gbit/s and "
            + "\(Self.two(machine.disk)) TB, filled to \(Int(MachineSize.share * 100)) %, ends at so many builds a day:\n"
            + ends.map { "- \($0)" }.joined(separator: "\n")
    }

    private static func two(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\((number * 100).rounded() / 100)"
    }

    private static func tera(_ bytes: Double) -> String { "\(two(bytes / 1e12)) TB" }

    private static func bits(_ bytes: Double) -> String { "\(two(bytes * 8 / 1e9)) Gbit/s" }
}
