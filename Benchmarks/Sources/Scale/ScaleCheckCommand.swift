import ArgumentParser

/// `larder-bench scale check`.
struct ScaleCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Load a real server, and show what was predicted beside what was measured.",
        discussion: """
            Each point is a rate of builds and the share of their bytes that is sent and fetched, as in 20:0.001. Server and \
            client share the machine, so the shares are small. Fails when something is further from its prediction than the \
            tolerance.

            \(DemandOptions.discussion)
            """)

    @OptionGroup var demand: DemandOptions
    @OptionGroup var server: ServerOptions
    @Option(help: ArgumentHelp("What larder-bench scale measure wrote.", valueName: "FILE"), completion: .file())
    var costs = "Benchmarks/scale/costs.json"
    @Option(help: ArgumentHelp("Builds a second, and the share of their bytes.", valueName: "RATE:SHARE"))
    var point: [String] = ["20:0.001", "2:0.05"]
    @Option(help: ArgumentHelp("For how long each goes on.", valueName: "SECONDS"))
    var seconds = 20.0
    @Option(help: ArgumentHelp("How far off is too far.", valueName: "PERCENT"))
    var tolerance = 30.0

    private func points() throws -> [(rate: Double, share: Double)] {
        try point.map { text in
            let parts = text.split(separator: ":").compactMap { Double($0) }
            guard parts.count == 2, parts[0] > 0, (0...1).contains(parts[1]) else {
                throw ValidationError("--point is RATE:SHARE as in 20:0.001, not '\(text)'.")
            }
            return (parts[0], parts[1])
        }
    }

    func validate() throws {
        _ = try points()
        guard seconds > 0, tolerance >= 0 else { throw ValidationError("--seconds is over 0, --tolerance 0 or more.") }
    }

    func run() async throws {
        let costs = try ServerCosts(reading: costs)
        // Of all histories in turn, one build after the other.
        let histories = try demand.histories()
        let length = histories.map(\.count).max() ?? 0
        let jobs = (0..<length).flatMap { place in histories.compactMap { $0.indices.contains(place) ? $0[place] : nil }
        }
        print("| point | what | predicted | measured | of it |\n|---|---|---|---|---|")
        var misses: [String] = []
        for (rate, share) in try points() {
            // Each on a new server: an index that has grown grows no more for a while.
            let measured = try await server.use { server, _ in
                try await LoadCheck(server: server, costs: costs, jobs: jobs)
                    .run(rate: rate, byteShare: share, seconds: seconds)
            }
            for row in measured.rows { print(row) }
            misses += measured.misses(beyond: tolerance / 100)
        }
        guard misses.isEmpty else {
            for miss in misses { print("FAILED: \(miss)") }
            throw ExitCode.failure
        }
    }
}
