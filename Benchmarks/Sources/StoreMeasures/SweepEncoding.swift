import Chunking
import Compression

/// One way to make frames, and what it has come to.
final class SweepEncoding {
    let name: String
    private let codec: Codec
    private let level: Int32
    private let target: Int
    private var builder: FrameBuilder
    private(set) var frames = 0
    /// Bytes of frames with the records around them.
    private(set) var storedBytes = 0
    private(set) var duration = Duration.zero

    /// Reads `CODEC[-LEVEL]:FRAME`.
    convenience init(_ text: String) throws {
        let parts = text.split(separator: ":")
        let words = parts.first?.split(separator: "-") ?? []
        let codecs: [Substring: Codec] = ["stored": .stored, "lz4": .lz4, "zstd": .zstd]
        guard parts.count == 2, (1...2).contains(words.count), let codec = codecs[words[0]],
            let kibibytes = Int(parts[1]), let level = words.count == 2 ? Int32(words[1]) : 1
        else { throw BenchError("'\(text)' is not CODEC[-LEVEL]:FRAME") }
        self.init(name: text, codec: codec, level: level, target: kibibytes << 10)
    }

    private init(name: String, codec: Codec, level: Int32, target: Int) {
        self.name = name
        self.codec = codec
        self.level = level
        self.target = target
        builder = FrameBuilder(codec: codec, level: level, target: target)
    }

    /// The same, with nothing in it yet.
    func fresh() -> SweepEncoding {
        SweepEncoding(name: name, codec: codec, level: level, target: target)
    }

    func add(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) {
        let start = ContinuousClock.now
        let frame = try builder.add(chunk, bytes)
        duration += start.duration(to: .now)
        count(frame)
    }

    /// Ends the frame, as the end of a layer does.
    func flush() throws(CompressionError) {
        let start = ContinuousClock.now
        let frame = try builder.flush()
        duration += start.duration(to: .now)
        count(frame)
    }

    private func count(_ frame: Frame?) {
        guard let frame else { return }
        frames += 1
        storedBytes += StoredSize.of(frame)
    }
}
