public import ArgumentParser

/// `larder-bench store`: what can be measured of the store only through its own interface. See Benchmarks/README.md.
public struct StoreCommand: ParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Measure Larder's store through its own interface.",
        discussion: "Benchmarks/store/run calls these, beside what it measures of other tools.",
        subcommands: [
            InterfaceCommand.self, UpkeepCommand.self, IndexCommand.self, OpeningCommand.self, LoadCommand.self,
            CheckingCommand.self, HistoryCommand.self, SweepCommand.self, PackCommand.self, StepsCommand.self,
        ])

    /// Makes a command.
    public init() {}
}
