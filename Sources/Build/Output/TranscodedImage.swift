internal import Chunking
internal import OCI

/// An image whose layers are compressed anew: its manifests name other layers, and lists other manifests.
struct TranscodedImage: Sendable {
    private static let subjectAnnotation = "vnd.docker.reference.digest"

    private let image: StoredImage
    private let layers: TranscodedLayers
    private var blobs: [Digest: PushContent.Blob] = [:]
    private var children: [PushContent.Document] = []
    /// The new document for each old one.
    private var made: [Digest: PushContent.Document] = [:]

    private init(_ image: StoredImage, _ layers: TranscodedLayers) {
        self.image = image
        self.layers = layers
    }

    /// What a registry gets to have `image` with layers compressed as `layers` does it.
    /// - Throws: `server`, `corrupt`, `io`, `invalidInput`.
    static func content(of image: StoredImage, _ layers: TranscodedLayers) async throws -> PushContent {
        var made = TranscodedImage(image, layers)
        // A list comes before what it names.
        for document in image.documents.reversed() { try await made.add(document) }
        guard let root = made.made[image.root.digest] else { return try image.content() }
        return PushContent(
            blobs: Array(made.blobs.values), children: made.children.filter { $0 != root }, root: root)
    }

    private mutating func add(_ document: PushContent.Document) async throws {
        let new =
            MediaType.isIndex(document.mediaType)
            ? try index(document) : try await manifest(document)
        made[document.digest] = new
        children.append(new)
    }

    private mutating func index(_ document: PushContent.Document) throws -> PushContent.Document {
        var index = try StoredImage.index(document)
        for position in index.manifests.indices {
            let child = index.manifests[position]
            guard let new = made[child.digest] else {
                blobs[child.digest] = image.blob(child)
                continue
            }
            index.manifests[position].mediaType = new.mediaType
            index.manifests[position].digest = new.digest
            index.manifests[position].size = Int64(new.bytes.count)
            // What attests to an image names it by digest.
            if let subject = child.annotations?[Self.subjectAnnotation].flatMap({ Digest($0) }), let new = made[subject]
            {
                index.manifests[position].annotations?[Self.subjectAnnotation] = new.digest.description
            }
        }
        guard index != (try StoredImage.index(document)) else { return document }
        index.mediaType = MediaType.index
        return PushContent.Document(try JSONDocument.encode(index), mediaType: MediaType.index)
    }

    private mutating func manifest(_ document: PushContent.Document) async throws -> PushContent.Document {
        var manifest = try StoredImage.manifest(document)
        for descriptor in try StoredImage.blobs(of: document) { blobs[descriptor.digest] = image.blob(descriptor) }
        let new = try await transcode(manifest.layers)
        guard new != manifest.layers else { return document }
        for old in manifest.layers where !new.contains(old) { blobs[old.digest] = nil }
        manifest.layers = new
        // Docker's own types know no zstd; everybody reads OCI's.
        manifest.mediaType = MediaType.manifest
        if manifest.config.mediaType == MediaType.dockerConfiguration {
            manifest.config.mediaType = MediaType.configuration
        }
        return PushContent.Document(try JSONDocument.encode(manifest), mediaType: MediaType.manifest)
    }

    /// The layers as they will be, in their order.
    private mutating func transcode(_ old: [Descriptor]) async throws -> [Descriptor] {
        let found = try await withThrowingTaskGroup(of: (Int, TranscodedLayer).self) { group in
            for (position, descriptor) in old.enumerated() {
                guard descriptor.urls?.isEmpty ?? true, let format = LayerFormat(mediaType: descriptor.mediaType),
                    format != layers.compression.format
                else { continue }
                let read = image.blob(descriptor).read
                group.addTask { [layers] in (position, try await layers.layer(descriptor.digest, format, read)) }
            }
            var found: [Int: TranscodedLayer] = [:]
            while let (position, layer) = try await group.next() { found[position] = layer }
            return found
        }
        var new = old
        for (position, layer) in found {
            new[position].mediaType = layers.compression.format.mediaType
            new[position].digest = layer.digest
            new[position].size = Int64(clamping: layer.size)
            blobs[layer.digest] = PushContent.Blob(digest: layer.digest, size: layer.size, read: layer.read)
        }
        return new
    }
}
