import Chunking
import Compression

/// The corpus with one set of chunk sizes, and several encodings of what is new in it.
struct SweepRun {
    static let header =
        "chunks_kib,encoding,layer_bytes,unique_bytes,chunks,frames,frame_bytes,table_bytes,total_bytes,"
        + "index_rows,split_mb_per_s,encode_mb_per_s"

    private let parameters: ChunkParameters
    private let encodings: [SweepEncoding]
    private var known: Set<Digest> = []
    private var layerBytes = 0
    private var uniqueBytes = 0
    private var tableBytes = 0
    private var duration = Duration.zero

    init(parameters: ChunkParameters, encodings: [SweepEncoding]) {
        self.parameters = parameters
        self.encodings = encodings.map { $0.fresh() }
    }

    mutating func take(_ layer: CorpusLayer) throws {
        let file = try MappedFile(layer.path)
        var splitter = LayerSplitter(parameters: parameters)
        let before = encodings.reduce(Duration.zero) { $0 + $1.duration }
        let start = ContinuousClock.now
        try file.forEachPart { part throws(CompressionError) in
            try splitter.update(part) { chunk, bytes throws(CompressionError) in try take(chunk, bytes) }
        }
        let result = try splitter.finish { chunk, bytes throws(CompressionError) in try take(chunk, bytes) }
        for encoding in encodings { try encoding.flush() }
        duration += start.duration(to: .now) + before - encodings.reduce(Duration.zero) { $0 + $1.duration }
        layerBytes += file.byteCount
        tableBytes += try Self.tableByteCount(result)
    }

    private mutating func take(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) {
        guard known.insert(chunk.id).inserted else { return }
        uniqueBytes += bytes.byteCount
        for encoding in encodings { try encoding.add(chunk, bytes) }
    }

    /// What the recipe and the entry table of a layer take, about: digests do not compress, paths do.
    private static func tableByteCount(_ result: LayerSplitter.Result) throws -> Int {
        var count = result.recipe.encoded().count
        guard let table = result.entries?.encoded() else { return count }
        var builder = FrameBuilder(codec: .zstd, level: 1, target: Frame.rawBytesMaximum)
        for start in stride(from: 0, to: table.count, by: 64 << 10) {
            let bytes = Array(table[start..<min(start + 64 << 10, table.count)])
            let chunk = ChunkReference(id: Digest(hashing: bytes), length: UInt32(bytes.count))
            count += try unsafe builder.add(chunk, bytes.span.bytes)?.payload.count ?? 0
        }
        return try count + (builder.flush()?.payload.count ?? 0)
    }

    func printRows() {
        let name = ChunkSizes.name(parameters)
        for encoding in encodings {
            let fields: [String] = [
                name, encoding.name, "\(layerBytes)", "\(uniqueBytes)", "\(known.count)", "\(encoding.frames)",
                "\(encoding.storedBytes)", "\(tableBytes)", "\(encoding.storedBytes + tableBytes)",
                // A row for where each chunk is, one for whose it is, and one for each frame.
                "\(2 * known.count + encoding.frames)",
                "\((Double(layerBytes) / 1e6 / duration.seconds).rounded(to: 0))",
                "\((Double(uniqueBytes) / 1e6 / encoding.duration.seconds).rounded(to: 0))",
            ]
            Output.line(fields.joined(separator: ","))
        }
    }
}
