import ArgumentParser
import ChunkStore
import Chunking

/// `larder-bench store index`: how large the index of a large store is.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Makes a store of synthetic chunks and measures its index; prints rows of results.")

    @OptionGroup var synthetic: SyntheticStore

    func run() throws {
        let (store, project) = try synthetic.open(isReal: false)
        let memory = PeakMemory()
        let start = ContinuousClock.now
        try synthetic.fill(store, project)
        let seconds = start.duration(to: .now).seconds
        try report(store, seconds, peak: try memory.stop())
        try synthetic.reportExistence(in: store, project)
        store.close()
    }

    private func report(_ store: Store, _ seconds: Double, peak: Int) throws {
        let statistics = try store.statistics()
        let (index, chunks) = (Double(statistics.indexBytes), Double(synthetic.chunkCount))
        let tebibytes = chunks * Double(synthetic.chunk) / Double(1 << 40)
        Row("index-chunks", chunks, "chunks").print()
        Row("index-layers", Double(statistics.projects.first?.blobs ?? 0), "layers").print()
        Row("index-chunk-files", Double(statistics.chunkFiles), "files").print()
        Row("index-bytes", index / 1e6, "MB").print()
        Row("index-bytes-per-chunk", index / chunks, "B").print()
        Row("index-per-TiB", index / tebibytes / 1e9, "GB").print()
        Row("index-rows-per-second", chunks / seconds, "chunks/s").print()
        Row("index-peak-anonymous", Double(peak) / 1e6, "MB").print()
    }
}

extension SyntheticStore {
    /// Asks for chunks all over the store, one question after the other.
    func reportExistence(in store: Store, _ project: ProjectID, name: String = "index") throws {
        let questions = Questions(of: project, in: store) {
            SyntheticStore.chunk(Int.random(in: 0..<chunkCount)).id
        }
        let first = try questions.ask(for: .zero)
        let samples = try questions.ask(for: .seconds(10))
        Row("\(name)-exists-1000-first", first.quantile(0.5), "ms").print()
        Row("\(name)-exists-1000-median", samples.quantile(0.5), "ms").print()
        Row("\(name)-exists-1000-p99", samples.quantile(0.99), "ms").print()
        let processor = samples.processorMilliseconds / Double(samples.milliseconds.count)
        Row("\(name)-exists-1000-processor", processor, "ms").print()
        Row("\(name)-questions", Double(samples.milliseconds.count), "times").print()
    }
}
