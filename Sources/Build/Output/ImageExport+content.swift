internal import Chunking
internal import OCI

extension ImageExport {
    /// The image as it leaves the server.
    struct Content: Sendable {
        /// One for each platform.
        let images: [ImageDocuments]
        /// Each layer once, in the order of first use.
        let layers: [PushContent.Blob]
        /// The manifest of the one image, or the index of several.
        let root: PushContent.Document

        /// What a registry gets.
        var pushed: PushContent {
            PushContent(
                blobs: layers + images.map { .init($0.configuration, digest: $0.configurationDigest) },
                children: images.count > 1 ? images.map(\.document) : [], root: root)
        }
    }

    /// The image's documents, made as the server makes them: while nothing is compressed the digests are the same.
    /// - Throws: what measuring or compressing layers throws.
    func content() async throws -> Content {
        let layers = images.flatMap(\.layers)
        let blobs = try await withThrowingTaskGroup(of: (Digest, PushContent.Blob).self) { group in
            for layer in Set(layers) {
                group.addTask { (layer, try await blob(of: layer)) }
            }
            var blobs: [Digest: PushContent.Blob] = [:]
            while let (layer, blob) = try await group.next() { blobs[layer] = blob }
            return blobs
        }
        let type = (transcoded?.compression.format ?? .uncompressed).mediaType
        let documents = try images.map { image throws(BuildError) in
            let descriptors = image.layers.compactMap { blobs[$0] }.map {
                Descriptor(mediaType: type, digest: $0.digest, size: Int64(clamping: $0.size))
            }
            return try ImageDocuments(
                configuration: image.configuration, layers: descriptors, platform: image.platform)
        }
        var seen: Set<Digest> = []
        return Content(
            images: documents,
            layers: layers.compactMap { blobs[$0] }.filter { seen.insert($0.digest).inserted },
            root: try documents.count == 1 ? documents[0].document : ImageDocuments.index(of: documents))
    }

    private func blob(of layer: Digest) async throws -> PushContent.Blob {
        let source: BlobSource = { [read] in try await read(layer, $0) }
        guard let transcoded else {
            return PushContent.Blob(digest: layer, size: try await size(layer), read: source)
        }
        let made = try await transcoded.layer(layer, .uncompressed, source)
        return PushContent.Blob(digest: made.digest, size: made.size, read: made.read)
    }
}

extension ImageExport {
    /// Makes an export of one image.
    init(
        configuration: [UInt8], layers: [Digest], names: [ImageReference],
        size: (@Sendable (Digest) async throws -> UInt64)? = nil, transcoded: TranscodedLayers? = nil,
        read: @escaping @Sendable (Digest, @escaping @Sendable (LayerSource) throws -> Void) async throws -> Void
    ) {
        self.init(
            images: [Image(configuration: configuration, layers: layers)], names: names, size: size,
            transcoded: transcoded, read: read)
    }
}
