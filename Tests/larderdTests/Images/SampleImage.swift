import Chunking
import Compression
import OCI

/// A small image as a client has it when it is about to push it.
struct SampleImage: Sendable {
    /// How layers are stored.
    enum Form: Sendable, CaseIterable {
        case plain, gzip, zstd
    }

    /// The uncompressed layers from the bottom.
    let layers: [[UInt8]]
    /// The layers as they are pushed.
    let blobs: [[UInt8]]
    let config: [UInt8]
    let manifest: [UInt8]

    /// An image whose layers are `layers`.
    init(
        layers: [[UInt8]], form: Form = .plain, platform: String = "linux/amd64", command: String = "/bin/true"
    ) throws {
        self.layers = layers
        blobs = try layers.map { try Self.stored($0, form) }
        var settings = ContainerSettings()
        settings.command = [command]
        config = try JSONDocument.encode(
            ImageConfiguration(
                platform: Platform(platform), config: settings, diffIDs: layers.map { Digest(hashing: $0) },
                history: layers.map { _ in History(createdBy: "a test") }))
        let type =
            switch form {
            case .plain: MediaType.layer
            case .gzip: MediaType.layerGzip
            case .zstd: MediaType.layerZstd
            }
        manifest = try JSONDocument.encode(
            Manifest(
                config: Self.descriptor(MediaType.configuration, config),
                layers: blobs.map { Self.descriptor(type, $0) }))
    }

    var diffIDs: [Digest] { layers.map { Digest(hashing: $0) } }
    var configText: String { String(decoding: config, as: UTF8.self) }

    static func descriptor(_ type: String, _ bytes: [UInt8], platform: Platform? = nil) -> Descriptor {
        Descriptor(
            mediaType: type, digest: Digest(hashing: bytes), size: Int64(bytes.count), platform: platform)
    }

    /// A tar of regular files, the same for the same names and seed.
    static func layer(_ files: [String], bytesEach: Int = 20_000, seed: UInt64 = 1) -> [UInt8] {
        var tar: [UInt8] = []
        for (index, path) in files.enumerated() {
            tar += entry(path, randomBytes(bytesEach, seed: seed &+ UInt64(index)))
        }
        return tar + [UInt8](repeating: 0, count: 1_024)
    }

    private static func stored(_ layer: [UInt8], _ form: Form) throws -> [UInt8] {
        let format: StreamDecoder.Format
        switch form {
        case .plain: return layer
        case .gzip: format = .gzip
        case .zstd: format = .zstd
        }
        var encoder = try StreamEncoder(format, level: 1)
        var bytes: [UInt8] = []
        try unsafe encoder.update(layer.span.bytes) { bytes.append(copying: $0) }
        try encoder.finish { bytes.append(copying: $0) }
        return bytes
    }

    /// A header in ustar form (POSIX.1-1988) and the content, padded to blocks.
    private static func entry(_ path: String, _ content: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(path, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(content.count, digits: 11), at: 124)
        put("14000000000", at: 136)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
}
