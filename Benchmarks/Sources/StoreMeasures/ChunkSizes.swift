import ArgumentParser
import Chunking

/// Sets of chunk sizes on the command line.
enum ChunkSizes {
    static let help: ArgumentHelp = """
        Chunk sizes as MIN/AVERAGE/MAX[/RESTART], in KiB; several with commas. Files from RESTART on begin with a chunk \
        of their own; MIN when it is not given.
        """

    static func list(_ text: String) throws -> [ChunkParameters] {
        try text.split(separator: ",").map { try parameters(String($0)) }
    }

    static func name(_ set: ChunkParameters) -> String {
        [set.minimum, set.average, set.maximum, set.fileRestart].map { "\($0 >> 10)" }.joined(separator: "/")
    }

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
