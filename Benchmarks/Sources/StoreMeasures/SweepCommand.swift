import ArgumentParser
import SystemPackage

/// `larder-bench store sweep`: what the corpus takes with other sizes of chunks and frames, other codecs and levels.
///
/// Everything happens in memory, with the store's own splitter and frame builder: the layers are split in the order of
/// their history, and each new chunk is put into one frame per encoding. Prints a table as CSV.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Compares parameters of the store on the corpus; prints CSV.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: ChunkSizes.help) var chunks = "2/8/32,4/16/64,8/32/128,16/64/256,32/128/512"
    @Option(help: "Encodings as CODEC[-LEVEL]:FRAME, the frame's size in KiB; several with commas.")
    var encodings = "lz4:256,zstd-1:64,zstd-1:256,zstd-1:1024,zstd-3:256,zstd-9:1024,zstd-19:1024"
    @Option(help: "Only the layers of these repositories; several with commas; default all.")
    var repositories: String?

    func run() throws {
        let layers = try CorpusLayer.all(in: FilePath(corpus), of: repositories)
        let encodings = try encodings.split(separator: ",").map { try SweepEncoding(String($0)) }
        Output.line(SweepRun.header)
        for set in try ChunkSizes.list(chunks) {
            var run = SweepRun(parameters: set, encodings: encodings)
            for layer in layers { try run.take(layer) }
            run.printRows()
        }
    }
}
