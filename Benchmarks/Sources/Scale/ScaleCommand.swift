public import ArgumentParser

/// `larder-bench scale`: what a server comes to that many runners build with.
public struct ScaleCommand: AsyncParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Tell what a day of many builds asks of one server, and where one machine ends.",
        discussion: """
            What each kind of work costs is measured on a real server; a day of builds of recorded histories is simulated with \
            that; and the same arithmetic is compared with a real server under load.

            EXAMPLES:
              larder-bench scale measure --larderd .build/release/larderd -o costs.json
              larder-bench scale simulate Benchmarks/hitrate/traces/*.jsonl --costs costs.json
              larder-bench scale check Benchmarks/hitrate/traces/*.jsonl --costs costs.json --larderd .build/release/larderd
            """,
        subcommands: [ScaleMeasureCommand.self, ScaleSimulateCommand.self, ScaleCheckCommand.self])

    /// Makes a command.
    public init() {}
}
