import Chunking
import Compression
import TestSupport

@testable import ChunkStore

/// A tar (ustar) of `files`, each with the same modification time.
func tar(_ files: [(name: String, bytes: [UInt8])], mtime: Int = 1_700_000_000) -> [UInt8] {
    var archive: [UInt8] = []
    for (name, bytes) in files {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (position, byte) in text.utf8.enumerated() { header[offset + position] = byte }
        }
        func octal(_ value: Int, width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: width - digits.utf8.count) + digits
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(bytes.count, width: 11), at: 124)
        put(octal(mtime, width: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, width: 6) + "\0 ", at: 148)
        archive += header + bytes
        archive += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
}

/// A tar of `count` files with random names and contents of up to `sizeMaximum` bytes.
func randomTar(_ random: inout SeededGenerator, files count: Int, sizeMaximum: Int) -> [UInt8] {
    tar(
        (0..<count).map { number in
            (
                "dir/file-\(number)-\(random.next() % 1000)",
                random.bytes(Int.random(in: 0...sizeMaximum, using: &random))
            )
        })
}

/// The splitter's result for `bytes`, with the bytes of every chunk.
func split(_ bytes: [UInt8]) -> (result: LayerSplitter.Result, chunks: [Digest: [UInt8]]) {
    var chunks: [Digest: [UInt8]] = [:]
    var splitter = LayerSplitter()
    unsafe splitter.update(bytes.span.bytes) { chunk, span in chunks[chunk.id] = [UInt8](copying: span) }
    let result = splitter.finish { chunk, span in chunks[chunk.id] = [UInt8](copying: span) }
    return (result, chunks)
}

/// Frames of `chunks`.
func frames(_ chunks: [[UInt8]], codec: Codec = .zstd, target: Int = 256 << 10) throws -> [Frame] {
    var builder = FrameBuilder(codec: codec, target: target)
    var frames: [Frame] = []
    for bytes in chunks {
        let chunk = ChunkReference(id: Digest(hashing: bytes), length: UInt32(bytes.count))
        if let frame = unsafe try builder.add(chunk, bytes.span.bytes) { frames.append(frame) }
    }
    if let frame = try builder.flush() { frames.append(frame) }
    return frames
}

extension Store {
    /// Stores `bytes` as a stream, in parts.
    @discardableResult
    func store(_ bytes: [UInt8], in project: ProjectID, expecting: Digest? = nil) throws -> BlobInfo {
        var writer = beginBlob(in: project)
        for start in stride(from: 0, to: bytes.count, by: 100_000) {
            let end = min(bytes.count, start + 100_000)
            unsafe try writer.write(bytes.span.bytes.extracting(start..<end))
        }
        return try writer.commit(expecting: expecting)
    }

    /// All bytes of a blob; `nil` when it is not there.
    func contents(of digest: Digest, range: Range<UInt64>? = nil, in project: ProjectID) throws -> [UInt8]? {
        guard var reader = try read(digest, range: range, in: project) else { return nil }
        var bytes: [UInt8] = []
        while try reader.read(into: &bytes, maximum: 70_000) > 0 {}
        return bytes
    }

    /// All bytes of a file of a layer; `nil` when the layer is not there.
    func contents(of entry: Entry, in layer: Digest, of project: ProjectID) throws -> [UInt8]? {
        guard var reader = try readFile(entry, of: layer, in: project) else { return nil }
        var bytes: [UInt8] = []
        while try reader.read(into: &bytes, maximum: 10_000) > 0 {}
        return bytes
    }

    /// Uploads `frames` as one batch.
    @discardableResult
    func upload(_ frames: [Frame], to project: ProjectID) throws -> Int {
        var batch = beginFrames(in: project)
        for frame in frames { try batch.append(frame) }
        return try batch.commit()
    }
}

/// The code of the `StoreError` that `body` throws; `nil` when it does not throw one.
func errorCode(_ body: () throws -> Void) -> StoreError.Code? {
    do {
        try body()
        return nil
    } catch let error as StoreError {
        return error.code
    } catch {
        return nil
    }
}
