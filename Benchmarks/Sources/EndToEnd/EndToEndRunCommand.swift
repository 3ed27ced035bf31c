import ArgumentParser
internal import FoundationEssentials
import Glibc

/// `larder-bench e2e run`.
struct EndToEndRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Build, and write what it took; as root. Benchmarks/e2e/run does this after it made what is needed.",
        discussion: """
            Flags after -- are given to every builder, as in: -- --build-arg http_proxy=http://proxy:3128
            """)

    @Argument(help: "Who builds; all by default.")
    var contenders: [String] = []
    @Option(parsing: .upToNextOption, help: ArgumentHelp("What is built; all by default.", valueName: "NAME"))
    var scenarios: [String] = []
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Which applications; all by default.", valueName: "NAME"))
    var applications: [String] = []
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Over which networks; all by default.", valueName: "NAME"))
    var networks: [String] = []
    @Option(help: ArgumentHelp("How often.", valueName: "COUNT"))
    var repetitions = 3
    @Option(help: ArgumentHelp("An empty directory on a new file system.", valueName: "DIR"), completion: .directory)
    var disk: String
    @Option(help: ArgumentHelp("The root filesystem of the base image.", valueName: "TAR"), completion: .file())
    var base: String
    @Option(help: ArgumentHelp("The one that takes its place.", valueName: "TAR"), completion: .file())
    var changedBase: String
    @Option(help: ArgumentHelp("Where larder and larderd are.", valueName: "DIR"), completion: .directory)
    var bin = ".build/release"
    @Option(help: ArgumentHelp("Where the others are installed and mounted.", valueName: "DIR"), completion: .directory)
    var peers = "/var/cache/larder-peers/root"
    @Option(help: ArgumentHelp("The port of servers.", valueName: "PORT"))
    var port: UInt16
    @Option(help: ArgumentHelp("Where Benchmarks is.", valueName: "DIR"), completion: .directory)
    var benchmarks = "Benchmarks"
    @Option(help: ArgumentHelp("What results are called: NAME.csv, NAME.md, and logs in NAME/.", valueName: "NAME"))
    var results: String
    @Argument(parsing: .postTerminator, help: .hidden)
    var flags: [String] = []

    func validate() throws {
        guard (1...1000).contains(repetitions) else { throw ValidationError("--repetitions is 1 to 1000.") }
    }

    func run() throws {
        guard geteuid() == 0 else { throw ValidationError("Builders need root: run Benchmarks/e2e/run.") }
        var run = try EndToEndRun(try settings())
        let failures = try run.run()
        guard failures.isEmpty else { throw EndToEndError(failures.joined(separator: "\n")) }
    }

    private func settings() throws -> RunSettings {
        let all = Contenders.all
        let names = try Self.chosen(contenders, among: all.map(\.name), "contender")
        let directory = "\(benchmarks)/e2e/applications"
        let applications = try Self.chosen(
            applications, among: try Application.names(in: directory), "application")
        return RunSettings(
            repetitions: repetitions,
            scenarios: try Self.chosen(scenarios, among: Scenario.allCases.map(\.rawValue), "scenario").compactMap(
                Scenario.init),
            networks: try Self.chosen(networks, among: Network.allCases.map(\.rawValue), "network").compactMap(
                Network.init),
            applications: try applications.map { try Application($0, in: directory) },
            contenders: names.compactMap { name in all.first { $0.name == name } },
            disk: disk, base: base, changedBase: changedBase,
            programs: BuildOrder.Programs(larder: URL(filePath: bin).standardizedFileURL.path, peers: peers),
            flags: flags, hold: "\(benchmarks)/hold", results: results, number: Int(getpid()) % 16_384, port: port)
    }

    /// The names that were given, in their order, or all.
    static func chosen(_ names: [String], among all: [String], _ kind: String) throws -> [String] {
        for name in names where !all.contains(name) {
            throw ValidationError("There is no \(kind) '\(name)'; there are \(all.joined(separator: ", ")).")
        }
        return names.isEmpty ? all : names
    }
}
