public import ArgumentParser

/// `larder-bench e2e`: real builds with real builders.
public struct EndToEndCommand: ParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "e2e",
        abstract:
            "Build example applications with Larder and other builders, each time on a machine that has never built anything.",
        discussion: """
            Benchmarks/e2e/run makes what this needs (a new file system, base images, the other builders) and runs it.

            EXAMPLES:
              Benchmarks/e2e/run larder best
              larder-bench e2e summary results.csv more.csv
            """,
        subcommands: [EndToEndRunCommand.self, EndToEndStepsCommand.self, EndToEndSummaryCommand.self])

    /// Makes a command.
    public init() {}
}
