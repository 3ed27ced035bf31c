import ArgumentParser

/// `registry-bench`: load for a registry at a steady pace. See Benchmarks/README.md.
@main
struct RegistryBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry-bench", abstract: "Loads a registry on this machine.",
        subcommands: [PaceCommand.self, RateCommand.self])
}
