import ArgumentParser
import Chunking
import Compression
import SystemPackage

/// `larder-bench store pack`: what the corpus takes when it is packed for the long term, with deltas, one set of parameters
/// after the other; all in memory.
struct PackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Compares parameters of packing on the corpus; prints CSV.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: ChunkSizes.help) var chunks = "16/64/256"
    @Option(help: "zstd levels; several with commas.") var levels = "9"
    @Option(help: "The size of a frame in KiB; several with commas.") var frames = "1024"
    @Option(help: "Only the layers of these repositories; several with commas; default all.")
    var repositories: String?

    func run() throws {
        let layers = try CorpusLayer.all(in: FilePath(corpus), of: repositories)
        Output.line("chunks_kib,level,frame_kib," + PackTally.header)
        for set in try ChunkSizes.list(chunks) {
            for level in levels.split(separator: ",").compactMap({ Int32($0) }) {
                for frame in frames.split(separator: ",").compactMap({ Int($0) }) {
                    var settings = FramePacker.Settings()
                    settings.level = level
                    settings.target = frame << 10
                    let run = PackRun(parameters: set, settings: settings)
                    for layer in layers { try run.take(layer) }
                    Output.line("\(ChunkSizes.name(set)),\(level),\(frame),\(run.tally.csv)")
                }
            }
        }
    }
}
