internal import Chunking
internal import Synchronization
internal import SystemPackage

/// A tar of an image that is being written. All calls block.
final class ImageArchive: Sendable {
    private let file: OwnedDescriptor
    private let writer = Mutex(TarWriter())
    private let count = Atomic<Int>(0)

    /// Writes into `file`, which is closed with the archive.
    init(_ file: consuming OwnedDescriptor) {
        self.file = file
    }

    /// How many bytes were written.
    var byteCount: Int { count.load(ordering: .relaxed) }

    /// Adds a file of `bytes`.
    /// - Throws: `io`.
    func append(_ path: String, _ bytes: [UInt8]) throws {
        try writer.withLock { writer in
            try writer.begin(Self.entry(path, UInt64(bytes.count)), to: sink)
            try unsafe writer.write(bytes.span.bytes, to: sink)
            try writer.pad(UInt64(bytes.count), to: sink)
        }
    }

    /// Adds the blob `digest`, `size` bytes that `source` gives.
    /// - Throws: `corrupt` when it gives others, `io`, what `source` throws.
    func append(_ digest: Digest, size: UInt64, _ source: LayerSource) throws {
        try writer.withLock { writer in
            try writer.begin(Self.entry(ImageDocuments.path(of: digest), size), to: sink)
            var hasher = DigestHasher()
            var left = size
            try source { bytes in
                guard UInt64(bytes.byteCount) <= left else { throw Self.notThe(digest) }
                left -= UInt64(bytes.byteCount)
                hasher.update(bytes)
                try writer.write(bytes, to: sink)
            }
            guard left == 0, hasher.finalize() == digest else { throw Self.notThe(digest) }
            try writer.pad(size, to: sink)
        }
    }

    /// Ends the tar.
    /// - Throws: `io`.
    func finish() throws {
        try writer.withLock { try $0.finish(to: sink) }
    }

    /// The rows have no time, so that an image always gives the same tar.
    private static func entry(_ path: String, _ size: UInt64) -> Entry {
        Entry(path: LayerPath(path), kind: .file, mode: 0o644, size: size)
    }

    private static func notThe(_ digest: Digest) -> BuildError {
        BuildError(.corrupt, "What was read of the layer \(digest.short) is not that layer.")
    }

    private func sink(_ bytes: RawSpan) throws {
        do {
            try file.write(bytes)
        } catch {
            throw BuildError(.io, "The image cannot be written: \(error).", cause: error)
        }
        count.add(bytes.byteCount, ordering: .relaxed)
    }
}

extension ImageExport {
    /// Writes the image into `archive`: an OCI image layout, and for `docker load` a list of what is in it.
    func write(_ format: ImageOutput.Format, into archive: ImageArchive) async throws {
        let content = try await content()
        let documents = content.documents
        for layer in content.layers {
            try await layer.read { try archive.append(layer.digest, size: layer.size, $0) }
        }
        try await BlockingThreads.run {
            try archive.append(ImageDocuments.path(of: documents.configurationDigest), documents.configuration)
            try archive.append(ImageDocuments.path(of: documents.manifestDigest), documents.manifest)
            try archive.append("index.json", documents.index())
            if format == .docker { try archive.append("manifest.json", documents.dockerManifest()) }
            try archive.append("oci-layout", ImageDocuments.layoutMarker)
            try archive.finish()
        }
    }
}
