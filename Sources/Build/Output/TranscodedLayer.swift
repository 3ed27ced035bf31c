internal import Chunking
internal import OCI
internal import SystemPackage

/// A layer that was compressed anew, and the file without a name that it is in.
struct TranscodedLayer: Sendable {
    let digest: Digest
    /// Bytes.
    let size: UInt64
    private let file: OpenFile

    /// Makes it.
    /// - Parameters:
    ///   - format: what `read` gives.
    ///   - directory: where the file is made.
    /// - Throws: `corrupt`, `io`, what `read` throws.
    init(
        from format: LayerFormat, to compression: LayerCompression, in directory: FilePath, _ read: BlobSource
    ) async throws {
        let made = Monitor<TranscodedLayer?>(nil)
        try await read { source in
            let layer = try TranscodedLayer(from: format, to: compression, in: directory, source)
            made.update { $0 = layer }
        }
        // Whoever reads has returned, so it is there.
        guard let layer = made.update({ $0 }) else { throw BuildError(.io, "A layer was not read.") }
        self = layer
    }

    /// Blocks.
    private init(
        from format: LayerFormat, to compression: LayerCompression, in directory: FilePath, _ source: LayerSource
    ) throws {
        let file = try OpenFile(unlinkedIn: directory)
        var transcoder = try LayerTranscoder(from: format, to: compression)
        var end: UInt64 = 0
        let append: (RawSpan) throws -> Void = { bytes in
            try file.write(bytes, at: end)
            end += UInt64(bytes.byteCount)
        }
        try source { try transcoder.update($0, to: append) }
        (digest, size) = try transcoder.finish(to: append)
        self.file = file
    }

    /// Its bytes.
    var read: BlobSource {
        { [file, size] use in
            try await BlockingThreads.run { try use(file.source(size: size)) }
        }
    }
}
