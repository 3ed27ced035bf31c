import Chunking
import Compression

/// A layer as a client has it when it is about to upload it.
struct SampleLayer {
    /// A file, or with `link` a symbolic link.
    struct File {
        var path: String
        var content: [UInt8] = []
        var link: String?
    }

    let recipe: Recipe
    /// All its chunks.
    let frames: [Frame]

    var diffID: Digest { recipe.digest }
    /// The ids of all its chunks, headers first.
    var chunkIDs: [Digest] { (recipe.headers + recipe.payload).map(\.id) }
    /// All frames as they go over the wire.
    var body: [UInt8] { frames.flatMap { $0.encoded() } }

    init(_ files: [File]) throws {
        try self.init(tar: files.flatMap(Self.entry) + [UInt8](repeating: 0, count: 1024))
    }

    init(tar: [UInt8]) throws {
        var splitter = LayerSplitter()
        var builder = FrameBuilder(codec: .zstd)
        var frames: [Frame] = []
        unsafe try splitter.update(tar.span.bytes) { if let frame = try builder.add($0, $1) { frames.append(frame) } }
        let result = try splitter.finish { if let frame = try builder.add($0, $1) { frames.append(frame) } }
        if let frame = try builder.flush() { frames.append(frame) }
        recipe = result.recipe
        self.frames = frames
    }

    /// A header in ustar form (POSIX.1-1988) and the content, padded to blocks.
    private static func entry(_ file: File) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(file.path, at: 0)
        put("0000640", at: 100)
        put("0001750", at: 108)
        put("0001751", at: 116)
        put(octal(file.content.count, digits: 11), at: 124)
        put("14000000000", at: 136)
        put(file.link == nil ? "0" : "2", at: 156)
        put(file.link ?? "", at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        let padding = (512 - file.content.count % 512) % 512
        return header + file.content + [UInt8](repeating: 0, count: padding)
    }
}

/// Bytes that do not compress, the same for the same seed (SplitMix64).
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return UInt8(truncatingIfNeeded: value ^ (value >> 31))
    }
}
