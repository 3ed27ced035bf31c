import ArgumentParser
import HitRates

/// `larder-bench scale simulate`.
struct ScaleSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate a day of builds by what a real server's work was measured to cost.",
        discussion: DemandOptions.discussion)

    @OptionGroup var demand: DemandOptions
    @Option(help: ArgumentHelp("What larder-bench scale measure wrote.", valueName: "FILE"), completion: .file())
    var costs = "Benchmarks/scale/costs.json"
    @Option(help: ArgumentHelp("Builds a day.", valueName: "COUNT"))
    var builds = 100_000
    @Option(help: ArgumentHelp("How many run at a time, at most.", valueName: "COUNT"))
    var runners = 1_000
    @Option(help: ArgumentHelp("For how long what was built is kept.", valueName: "DAYS"))
    var days = 7.0
    @Option(help: ArgumentHelp("Processors of the server.", valueName: "COUNT"))
    var cores = MachineSize().cores
    @Option(help: ArgumentHelp("Its network, in each direction. Gbit/s.", valueName: "RATE"))
    var network = MachineSize().network
    @Option(help: ArgumentHelp("Its disk. TB.", valueName: "SIZE"))
    var disk = MachineSize().disk
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...10_000_000).contains(builds) else { throw ValidationError("--builds is 1 to 10000000.") }
        guard (1...1_000_000).contains(runners) else { throw ValidationError("--runners is 1 to 1000000.") }
        guard days > 0, cores > 0, network > 0, disk > 0 else { throw ValidationError("Sizes are over 0.") }
    }

    func run() throws {
        var settings = DaySettings()
        settings.builds = builds
        settings.runners = runners
        settings.days = days
        settings.machine = MachineSize(cores: cores, network: network, disk: disk)
        settings.seed = demand.history.seed
        let report = DaySimulation(
            costs: try ServerCosts(reading: costs), histories: try demand.histories(), settings: settings
        ).run()
        print(json ? try report.json() : report.text(of: settings.machine))
    }
}
