internal import Chunking
internal import OCI

extension ImageExport {
    /// The image as it leaves the server.
    struct Content: Sendable {
        let documents: ImageDocuments
        /// Each layer once, in the order of first use.
        let layers: [PushContent.Blob]

        /// What a registry gets.
        var pushed: PushContent {
            PushContent(
                blobs: layers + [.init(documents.configuration, digest: documents.configurationDigest)],
                root: PushContent.Document(documents.manifest, mediaType: MediaType.manifest))
        }
    }

    /// The image's documents, made as the server makes them: while nothing is compressed the digests are the same.
    /// - Throws: what measuring or compressing layers throws.
    func content() async throws -> Content {
        let blobs = try await withThrowingTaskGroup(of: (Digest, PushContent.Blob).self) { group in
            for layer in Set(layers) {
                group.addTask { (layer, try await blob(of: layer)) }
            }
            var blobs: [Digest: PushContent.Blob] = [:]
            while let (layer, blob) = try await group.next() { blobs[layer] = blob }
            return blobs
        }
        let chain = layers.compactMap { blobs[$0] }
        let type = (transcoded?.compression.format ?? .uncompressed).mediaType
        let descriptors = chain.map {
            Descriptor(mediaType: type, digest: $0.digest, size: Int64(clamping: $0.size))
        }
        var seen: Set<Digest> = []
        return Content(
            documents: try ImageDocuments(configuration: configuration, layers: descriptors, names: names),
            layers: chain.filter { seen.insert($0.digest).inserted })
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
