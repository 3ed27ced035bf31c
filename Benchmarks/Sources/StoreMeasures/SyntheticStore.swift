package import ArgumentParser
package import ChunkStore
import Chunking
import Compression
import Logging
import SystemPackage

/// A store with as many chunks, frames, layers and chunk files as one of a given size has, but with next to no bytes.
///
/// Each chunk has 8 bytes, its number, and is in a frame and a layer. How long a chunk is changes no row of the index, and
/// ids look random whatever they name. So all rows are those that the store makes itself.
package struct SyntheticStore: ParsableArguments {
    @Option(help: "The root.") package var root: String
    @Option(help: "Unique data that the store would have. GB.") package var gigabytes = 100
    @Option(help: "Bytes in a chunk, on average; as the corpus has by default.") var chunk = 51 << 10
    @Option(help: "Chunks in a frame; as fresh frames have by default.") var chunksPerFrame = 5
    @Option(help: "Chunks in a layer.") var chunksPerLayer = 2_000

    /// A chunk's and its recipe's bytes are about so many times fewer than those of a real one that is compressed.
    private static let shrinking: UInt64 = 256

    /// How many chunks there are; their numbers are those below.
    package var chunkCount: Int { gigabytes * 1_000_000_000 / chunk }

    package func validate() throws {
        guard gigabytes > 0, chunk > 0, 1...Frame.chunksMaximum ~= chunksPerFrame, chunksPerLayer > 0 else {
            throw ValidationError("Sizes are positive.")
        }
    }

    /// Makes one whose options have their defaults.
    package init() {}

    /// Opens it.
    /// - Parameter isReal: whether chunk files get as long as in service; else so long that there are as many of them.
    /// - Parameter keepsNew: whether what was stored a moment ago is kept when nothing refers to it.
    package func open(isReal: Bool = true, keepsNew: Bool = true) throws -> (store: Store, project: ProjectID) {
        var options = Store.Options()
        if !isReal { options.chunkFileSize /= Self.shrinking }
        if !keepsNew { options.leasePeriod = 0 }
        let store = try Store(opening: FilePath(root), options: options, logger: Logger(label: "larder-bench"))
        return (store, try store.makeProject(named: "bench"))
    }

    /// Stores all of it.
    package func fill(_ store: Store, _ project: ProjectID) throws {
        for start in stride(from: 0, to: chunkCount, by: chunksPerLayer) {
            let end = min(start + chunksPerLayer, chunkCount)
            var batch = store.beginFrames(in: project)
            for first in stride(from: start, to: end, by: chunksPerFrame) {
                try batch.append(Self.frame(of: first..<min(first + chunksPerFrame, end)))
            }
            _ = try batch.commit()
            try addLayer(of: start..<end, to: store, project)
        }
    }

    /// Deletes what refers to the first half of the layers, so that they and their chunks can be collected.
    package func forgetHalf(of store: Store, _ project: ProjectID) throws {
        for start in stride(from: 0, to: chunkCount / 2, by: chunksPerLayer) {
            for table in [RecordTable.step, .manifest] {
                _ = try store.delete(in: table, key: Self.layerName(start).rawBytes, project: project)
            }
        }
    }

    private static func layerName(_ first: Int) -> Digest { Digest(hashing: Array("layer \(first)".utf8)) }

    /// A layer, and a manifest and a step that refer to it.
    private func addLayer(of numbers: Range<Int>, to store: Store, _ project: ProjectID) throws {
        let name = Self.layerName(numbers.lowerBound)
        let chunks = numbers.map(Self.chunk)
        let size = UInt64(chunks.count * Self.chunkByteCount)
        try store.commitUnseen(
            Recipe(
                parameters: ChunkParameters.v1.id, digest: name, size: size, headers: [], payload: chunks,
                extents: [Recipe.Extent(stream: .payload, length: size)]),
            in: project)
        for table in [RecordTable.step, .manifest] {
            _ = try store.put([], in: table, key: name.rawBytes, project: project, references: [.blob(name)])
        }
    }

    private static let chunkByteCount = 8

    private static func bytes(_ number: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: chunkByteCount)
        writer.writeFixed(UInt64(number))
        return writer.bytes
    }

    /// The chunk of a number.
    static func chunk(_ number: Int) -> ChunkReference {
        ChunkReference(id: Digest(hashing: bytes(number)), length: UInt32(chunkByteCount))
    }

    private static func frame(of numbers: Range<Int>) throws -> Frame {
        var builder = FrameBuilder(codec: .stored, target: Frame.rawBytesMaximum)
        for number in numbers { _ = try unsafe builder.add(chunk(number), bytes(number).span.bytes) }
        guard let frame = try builder.flush() else { throw BenchError("a frame has at least one chunk") }
        return frame
    }
}
