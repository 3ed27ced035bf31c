internal import Chunking
internal import OCI
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

    /// Adds the documents of an image, each once.
    /// - Throws: `io`, `invalidInput` for an index where `docker load` is to read it.
    fileprivate func append(
        _ content: ImageExport.Content, names: [ImageReference], _ format: ImageOutput.Format
    ) throws {
        var seen: Set<Digest> = []
        for image in content.images {
            if seen.insert(image.configurationDigest).inserted {
                try append(ImageDocuments.path(of: image.configurationDigest), image.configuration)
            }
            if seen.insert(image.document.digest).inserted {
                try append(ImageDocuments.path(of: image.document.digest), image.document.bytes)
            }
        }
        if content.images.count == 1 {
            try append("index.json", content.images[0].layoutIndex(names: names))
            if format == .docker { try append("manifest.json", content.images[0].dockerManifest(names: names)) }
            return
        }
        guard format == .oci else {
            throw BuildError(
                .invalidInput, "docker takes an image for one platform; write one for several with type=oci.")
        }
        try append(ImageDocuments.path(of: content.root.digest), content.root.bytes)
        try append("index.json", ImageDocuments.layoutIndex(of: content.root, names: names, platform: nil))
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
        for layer in content.layers {
            try await layer.read { try archive.append(layer.digest, size: layer.size, $0) }
        }
        try await BlockingThreads.run {
            try archive.append(content, names: names, format)
            try archive.append("oci-layout", ImageDocuments.layoutMarker)
            try archive.finish()
        }
    }
}
