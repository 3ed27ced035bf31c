import ArgumentParser
import FoundationEssentials
import HitRates
import SystemPackage

/// `larder-bench hitrate record`.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record what the builds of a history are made of: hashes and sizes, no text of the source.",
        discussion: """
            Walks the first parents of a Git history and plans the build of each commit with the planner of larder build. \
            Nothing is run and nothing is fetched: base images count by their names.

            EXAMPLES:
              larder-bench hitrate record --repo ~/src/shop -o shop.jsonl
              larder-bench hitrate record --repo . --dockerfile docker/Dockerfile --commits 100 \\
                  --build-arg VERSION=1 --costs costs.json -o trace.jsonl
            """)

    @Option(help: ArgumentHelp("The repository.", valueName: "DIR"), completion: .directory)
    var repo: String
    @Option(help: ArgumentHelp("The Dockerfile in it.", valueName: "PATH"))
    var dockerfile = "Dockerfile"
    @Option(help: ArgumentHelp("The build context in it.", valueName: "PATH"))
    var context = "."
    @Option(help: ArgumentHelp("The last commit.", valueName: "REV"))
    var revision = "HEAD"
    @Option(help: ArgumentHelp("How many commits.", valueName: "COUNT"))
    var commits = 300
    @Option(help: ArgumentHelp("A build argument.", valueName: "NAME=VALUE"))
    var buildArg: [String] = []
    @Option(help: ArgumentHelp("The stage to build.", valueName: "STAGE"))
    var target: String?
    @Option(help: ArgumentHelp("What to build for.", valueName: "OS/ARCH"))
    var platform = "linux/amd64"
    @Option(help: ArgumentHelp("What to call the history.", valueName: "NAME"))
    var name: String?
    @Option(
        help: ArgumentHelp(
            "What steps cost: a JSON list as [{\"contains\": \"apt-get\", \"seconds\": 20, \"bytes\": 50000000}].",
            valueName: "FILE"), completion: .file())
    var costs: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "FILE"), completion: .file())
    var output: String

    func validate() throws {
        guard (1...100_000).contains(commits) else { throw ValidationError("--commits is 1 to 100000.") }
        for argument in buildArg where !argument.contains("=") {
            throw ValidationError("--build-arg \(argument): give NAME=VALUE.")
        }
    }

    func run() async throws {
        var recording = HistoryRecording(of: FilePath(repo))
        recording.dockerfile = dockerfile
        recording.context = context
        recording.revision = revision
        recording.commits = commits
        recording.target = target
        recording.platform = platform
        recording.name = name
        for argument in buildArg {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            recording.arguments[String(parts[0])] = String(parts[1])
        }
        if let costs { recording.costs = try CostRule.list(decoding: try InputFile.read(costs), named: costs) }
        let progress = ProgressLine()
        let trace = try await ScratchDirectory.use { directory in
            try await recording.run(in: FilePath(directory)) { done, all in
                progress.show("planned \(done) of \(all) commits")
            }
        }
        progress.end()
        try trace.encoded().write(to: URL(filePath: output), options: .atomic)
        let failures = trace.builds.count { $0.failure != nil }
        print(
            "\(output): \(trace.builds.count) builds, \(trace.steps.count) distinct steps"
                + (failures == 0 ? "" : ", \(failures) commits that cannot be planned"))
        for note in trace.header.notes { print("note: \(note)") }
    }
}
