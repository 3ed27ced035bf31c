import Chunking
import TestSupport

@testable import Compression

/// Chunks of some bytes, cut at random places.
struct ChunkedBytes {
    var chunks: [(reference: ChunkReference, bytes: [UInt8])] = []

    /// Bytes that compress somewhat; `random` ones do not at all.
    init(count: Int, longest: Int, random: Bool = false, _ generator: inout SeededGenerator) {
        var left = count
        while left > 0 {
            let length = min(left, Int.random(in: 1...longest, using: &generator))
            var bytes = generator.bytes(length)
            if !random { bytes = bytes.map { $0 & 0x3 } }
            chunks.append((ChunkReference(id: Digest(hashing: bytes), length: UInt32(length)), bytes))
            left -= length
        }
    }

    init(chunks: [[UInt8]]) {
        self.chunks = chunks.map { (ChunkReference(id: Digest(hashing: $0), length: UInt32($0.count)), $0) }
    }

    var bytes: [UInt8] { chunks.flatMap(\.bytes) }

    func part(_ range: Range<Int>) -> ChunkedBytes { ChunkedBytes(chunks: chunks[range].map(\.bytes)) }

    /// The same with a byte changed in every stretch of `stretch` bytes.
    func edited(every stretch: Int, _ generator: inout SeededGenerator) -> ChunkedBytes {
        var position = 0
        var next = Int.random(in: 0..<stretch, using: &generator)
        let edited = chunks.map { chunk in
            var bytes = chunk.bytes
            while next < position + bytes.count {
                bytes[next - position] ^= UInt8.random(in: 1...255, using: &generator)
                next += stretch
            }
            position += bytes.count
            return bytes
        }
        return ChunkedBytes(chunks: edited)
    }

    /// The frames that a builder makes of the chunks.
    func frames(_ codec: Codec, target: Int = 256 << 10) throws -> [Frame] {
        var builder = FrameBuilder(codec: codec, target: target)
        var frames: [Frame] = []
        for chunk in chunks {
            if let frame = try unsafe builder.add(chunk.reference, chunk.bytes.span.bytes) { frames.append(frame) }
        }
        if let frame = try builder.flush() { frames.append(frame) }
        return frames
    }
}

/// The codecs that need no base.
let plainCodecs: [Codec] = [.stored, .zstd, .lz4]

/// What `frame` decompresses to.
func decoded(_ frame: Frame, prefix: [UInt8] = [], verify: Bool = true) throws -> [UInt8] {
    var decoder = FrameDecoder()
    return try unsafe decoder.decode(frame, prefix: prefix.span.bytes, verify: verify) { [UInt8](copying: $0) }
}

/// The code of the error that `body` throws; `nil` when it throws none.
func code(_ body: () throws -> Void) -> CompressionError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? CompressionError)?.code
    }
}
