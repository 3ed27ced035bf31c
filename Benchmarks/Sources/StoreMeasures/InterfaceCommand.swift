import ArgumentParser
import ChunkStore
import Logging
import SystemPackage

/// `larder-bench store api`: rates and latencies of a store that is fed the corpus.
struct InterfaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Measures ingest, reading and questions; prints rows of results.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: "A directory that does not exist yet; on the disk that is measured.") var root: String
    @Option(help: "Repetitions.") var runs = 5
    @Flag(help: "Leave out reading and questions.") var ingestOnly = false
    @Flag(help: "Measure reading once more in a packed store, in the last repetition; takes minutes.") var pack = false

    func run() throws {
        let layers = try CorpusLayer.all(in: FilePath(corpus)).filter { Self.sample.contains($0.name) }
        for repetition in 1...max(1, runs) {
            let path = FilePath("\(root)-\(repetition)")
            var options = Store.Options()
            options.leasePeriod = 3
            let store = try Store(opening: path, options: options, logger: Logger(label: "larder-bench"))
            let project = try store.makeProject(named: "bench")
            let bench = InterfaceBench(
                store: store, project: project, layers: layers, repetition: repetition,
                packs: pack && repetition == runs)
            try bench.ingest()
            if !ingestOnly { try bench.readAndAsk() }
            store.close()
        }
        Row("resident-anonymous", Double(try Memory.anonymous()) / 1e6, "MB").print()
    }

    /// One layer of each kind, none of which is like another.
    static let sample: Set<String> = ["debian-1", "apt-1", "venv-1", "source-00", "binary-1"]
}
