import ArgumentParser
import EndToEnd
import LoadGenerator
import Scale
import StoreMeasures

/// `larder-bench`: what a cache is worth, and whether this one is faster.
@main
struct LarderBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "larder-bench",
        abstract: "Measure caches of image builds.",
        subcommands: [
            HitRateCommand.self, StoreCommand.self, RegistryCommand.self, LoadCommand.self, MicroCommand.self,
            ScaleCommand.self, EndToEndCommand.self,
        ])
}
