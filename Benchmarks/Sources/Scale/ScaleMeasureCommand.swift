import ArgumentParser

/// `larder-bench scale measure`.
struct ScaleMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measure what each kind of work costs a real server.")

    @OptionGroup var server: ServerOptions
    @Flag(help: "Do next to nothing, to see that all of it works: the figures mean little.")
    var quick = false
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "FILE"), completion: .file())
    var output = "Benchmarks/scale/costs.json"

    func run() async throws {
        let costs = try await server.use { server, directory in
            var measurement = CostMeasurement(server, in: directory, isQuick: quick)
            return try await measurement.run()
        }
        try costs.write(to: output)
        print("\(output): \(costs.measured)")
    }
}
