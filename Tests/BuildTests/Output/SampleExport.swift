import Chunking
import OCI

@testable import Build

/// A small image in memory, and how it is read.
struct SampleExport {
    let layers: [[UInt8]]
    let configuration: [UInt8]
    /// The layers as the image has them, one of them twice.
    let chain: [Digest]

    init() throws {
        let first = try Self.layer(["etc/hostname", "bin/run"], size: 300_000)
        let second = try Self.layer(["app/main"], size: 700)
        layers = [first, second]
        chain = [first, second, first].map { Digest(hashing: $0) }
        configuration = try JSONDocument.encode(
            ImageConfiguration(platform: Platform(os: "linux", architecture: "amd64"), diffIDs: chain))
    }

    func export(_ names: [String], damaged: Bool = false) throws -> ImageExport {
        let contents = Dictionary(uniqueKeysWithValues: layers.map { (Digest(hashing: $0), $0) })
        return ImageExport(configuration: configuration, layers: chain, names: try names.map { try ImageReference($0) })
        {
            digest, use in
            guard var bytes = contents[digest] else { throw BuildError(.io, "no layer") }
            if damaged { bytes[600] ^= 1 }
            let given = bytes
            try await BlockingThreads.run {
                try use { write in
                    for start in stride(from: 0, to: given.count, by: 1000) {
                        let part = Array(given[start..<min(start + 1000, given.count)])
                        try unsafe write(part.span.bytes)
                    }
                }
            }
        }
    }

    private static func layer(_ paths: [String], size: Int) throws -> [UInt8] {
        var tar: [UInt8] = []
        var writer = TarWriter()
        for path in paths {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ path.utf8.count) }
            try writer.begin(Entry(path: LayerPath(path), kind: .file, mode: 0o755, size: UInt64(size))) {
                tar.append(copying: $0)
            }
            try unsafe writer.write(bytes.span.bytes) { tar.append(copying: $0) }
            try writer.pad(UInt64(size)) { tar.append(copying: $0) }
        }
        try writer.finish { tar.append(copying: $0) }
        return tar
    }
}
