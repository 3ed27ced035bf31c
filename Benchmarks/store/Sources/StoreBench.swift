import ArgumentParser

/// `store-bench`: what can be measured of the store only through its own interface. See Benchmarks/README.md.
@main
struct StoreBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-bench",
        abstract: "Measures Larder's store through its own interface.",
        subcommands: [
            InterfaceCommand.self, UpkeepCommand.self, IndexCommand.self, OpeningCommand.self, LoadCommand.self,
            CheckingCommand.self, HistoryCommand.self, SweepCommand.self, PackCommand.self,
        ])
}
