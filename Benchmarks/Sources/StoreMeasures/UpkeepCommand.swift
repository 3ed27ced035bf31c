import ArgumentParser
import ChunkStore
import Logging
import SystemPackage

/// `larder-bench store upkeep`: what collection, compaction and packing cost those who read and write meanwhile.
struct UpkeepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upkeep",
        abstract: "Compares latencies with and without background work at the same load; prints rows of results.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: "A directory that does not exist yet; on the disk that is measured.") var root: String
    @Option(help: "Times without and with background work, in turns.") var rounds = 3
    @Option(help: "How long each of them is. Seconds.") var seconds = 10

    func run() throws {
        let layers = try CorpusLayer.all(in: FilePath(corpus)).filter { InterfaceCommand.sample.contains($0.name) }
        var options = Store.Options()
        options.leasePeriod = 3
        let store = try Store(opening: FilePath(root), options: options, logger: Logger(label: "larder-bench"))
        let project = try store.makeProject(named: "bench")
        let bench = UpkeepBench(store: store, project: project, layers: layers)
        try bench.run(rounds: max(1, rounds), for: .seconds(max(1, seconds)))
        store.close()
    }
}
