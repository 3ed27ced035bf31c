internal import AsyncHTTPClient
internal import Chunking
internal import NIOCore
internal import NIOHTTP1
internal import OCI

/// An image as the server's registry has it: all of its documents, and how its blobs are read.
struct StoredImage: Sendable {
    /// How deep lists of manifests may be in one another.
    private static let depthMaximum = 4
    /// The most documents of an image.
    private static let documentsMaximum = 1000
    /// The longest document. Bytes.
    private static let documentByteMaximum = 4 << 20

    private let server: ServerConnection
    private let repository: RepositoryName
    /// The image's own document, first, and those that it names.
    private(set) var documents: [PushContent.Document] = []

    /// Reads the documents of `name`, which is an image of the server's registry.
    /// - Throws: `server`, `invalidInput` when it is no image.
    init(_ name: ImageReference, on server: ServerConnection) async throws {
        self.server = server
        repository = name.repository
        let reference = name.digest?.description ?? (name.tag ?? .latest).description
        try await read(reference, depth: 0)
    }

    /// The image's own document.
    var root: PushContent.Document { documents[0] }

    /// What a registry gets to have the image as it is.
    func content() throws -> PushContent {
        var blobs: [Digest: PushContent.Blob] = [:]
        for document in documents {
            for descriptor in try Self.blobs(of: document) {
                blobs[descriptor.digest] = blob(descriptor)
            }
        }
        return PushContent(blobs: Array(blobs.values), children: documents.dropFirst().reversed(), root: root)
    }

    /// A blob that one of the documents names.
    func blob(_ descriptor: Descriptor) -> PushContent.Blob {
        PushContent.Blob(digest: descriptor.digest, size: UInt64(clamping: descriptor.size)) {
            [server, repository] use in
            let body = ResumedBody("/v2/\(repository)/blobs/\(descriptor.digest)", on: server)
            let pipe = BodyPipe()
            async let reading: Void = BlockingThreads.run {
                defer { pipe.abandon() }
                try use(pipe.source)
            }
            do {
                try await pipe.fill(body)
            } catch let error as BuildError {
                _ = try? await reading
                throw error
            } catch {
                // Whoever reads gets the same error; the server's name makes it one that can be understood.
                _ = try? await reading
                throw BuildError(.server, "The server broke off: \(ServerConnection.reason(error)).", cause: error)
            }
            try await reading
        }
    }

    private mutating func read(_ reference: String, depth: Int) async throws {
        let document = try await Self.fetch(reference, repository, server)
        guard !documents.contains(document) else { return }
        documents.append(document)
        guard MediaType.isIndex(document.mediaType) else { return }
        guard depth < Self.depthMaximum, documents.count < Self.documentsMaximum else {
            throw BuildError(.invalidInput, "The image \(repository) has too many manifests in one another.")
        }
        for child in try Self.index(document).manifests where Self.isDocument(child) {
            try await read(child.digest.description, depth: depth + 1)
        }
    }

    private static func fetch(
        _ reference: String, _ repository: RepositoryName, _ server: ServerConnection
    ) async throws -> PushContent.Document {
        let answer = try await server.send(
            .GET, "/v2/\(repository)/manifests/\(reference)", accepting: MediaType.manifestsAndIndexes,
            within: ServerConnection.briefly)
        let bytes = try await server.collect(answer, upTo: documentByteMaximum)
        let type = answer.headers.first(name: "content-type").map(MediaType.essence(of:)) ?? ""
        let document = PushContent.Document(bytes, mediaType: type)
        if let expected = Digest(reference), expected != document.digest {
            throw BuildError(.corrupt, "The server sent another manifest than \(expected.short).")
        }
        return document
    }
}

extension StoredImage {
    /// Whether a list names a document rather than a blob.
    static func isDocument(_ descriptor: Descriptor) -> Bool {
        MediaType.isManifest(descriptor.mediaType) || MediaType.isIndex(descriptor.mediaType)
    }

    static func index(_ document: PushContent.Document) throws(BuildError) -> Index {
        try decode(document)
    }

    static func manifest(_ document: PushContent.Document) throws(BuildError) -> Manifest {
        try decode(document)
    }

    /// What the document names that is no document; layers that are to be had elsewhere are left out.
    static func blobs(of document: PushContent.Document) throws(BuildError) -> [Descriptor] {
        if MediaType.isIndex(document.mediaType) {
            return try index(document).manifests.filter { !isDocument($0) }
        }
        let manifest = try manifest(document)
        return [manifest.config] + manifest.layers.filter { $0.urls?.isEmpty ?? true }
    }

    private static func decode<Value: Decodable>(_ document: PushContent.Document) throws(BuildError) -> Value {
        do {
            return try JSONDocument.decode(Value.self, from: document.bytes, subject: "the manifest")
        } catch {
            throw BuildError(.invalidInput, "The image cannot be read: \(error.description).", cause: error)
        }
    }
}
