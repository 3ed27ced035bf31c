import ArgumentParser
import Chunking
import Compression
import SystemPackage

/// `store-bench sweep`: what the corpus takes with other sizes of chunks and frames, other codecs and levels.
///
/// Everything happens in memory, with the store's own splitter and frame builder: the layers are split in the order of
/// their history, and each new chunk is put into one frame per encoding. Prints a table as CSV.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Compares parameters of the store on the corpus; prints CSV.")

    @Option(help: "The corpus.") var corpus: String
    @Option(help: "Chunk sizes as MIN/AVERAGE/MAX[/RESTART], in KiB; several with commas.")
    var chunks = "2/8/32,4/16/64,8/32/128,16/64/256,32/128/512"
    @Option(help: "Encodings as CODEC[-LEVEL]:FRAME, the frame's size in KiB; several with commas.")
    var encodings = "lz4:256,zstd-1:64,zstd-1:256,zstd-1:1024,zstd-3:256,zstd-9:1024,zstd-19:1024"
    @Option(help: "Only the layers of these repositories; several with commas; default all.")
    var repositories: String?

    func run() throws {
        let wanted = repositories.map { Set($0.split(separator: ",").map(String.init)) }
        let layers = try CorpusLayer.all(in: FilePath(corpus)).filter { wanted?.contains($0.repository) ?? true }
        let sets = try chunks.split(separator: ",").map { try Self.parameters(String($0)) }
        let encodings = try encodings.split(separator: ",").map { try SweepEncoding(String($0)) }
        print(SweepRun.header)
        for set in sets {
            var run = SweepRun(parameters: set, encodings: encodings)
            for layer in layers { try run.take(layer) }
            run.printRows()
        }
    }

    /// Reads `MIN/AVERAGE/MAX[/RESTART]`; the restart is the minimum when it is not given.
    private static func parameters(_ text: String) throws -> ChunkParameters {
        let sizes = text.split(separator: "/").compactMap { Int($0) }.map { $0 << 10 }
        guard sizes.count == 3 || sizes.count == 4, sizes.allSatisfy({ $0 > 0 }), sizes[0] <= sizes[1],
            sizes[1] <= sizes[2], sizes[2] <= Int(ChunkReference.lengthMaximum), sizes[1].nonzeroBitCount == 1
        else { throw ValidationError("'\(text)' is not MIN/AVERAGE/MAX[/RESTART] with a power of two as average.") }
        return ChunkParameters(
            id: .max, minimum: sizes[0], average: sizes[1], maximum: sizes[2],
            fileRestart: sizes.count == 4 ? sizes[3] : sizes[0])
    }
}
