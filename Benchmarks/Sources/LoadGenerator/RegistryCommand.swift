public import ArgumentParser

/// `larder-bench registry`: what is measured of a registry from one program. See Benchmarks/README.md.
public struct RegistryCommand: ParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Measure a registry on this machine.",
        discussion:
            "Benchmarks/registry/run calls this and 'larder-bench load', beside what it measures with other tools.",
        subcommands: [RateCommand.self])

    /// Makes a command.
    public init() {}
}
