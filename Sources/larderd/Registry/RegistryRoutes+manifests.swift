import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import NIOCore
import OCI

extension RegistryRoutes {
    /// `GET` and `HEAD /v2/<name>/manifests/<reference>`. What is stored is sent, whatever the client accepts.
    func manifest(_ reference: ManifestReference, in name: RepositoryName) async throws -> Response {
        let manifest = try await executor.run { store in
            try Repository(name, in: store).flatMap { try $0.manifest(reference) }
        }
        guard let manifest else { throw Self.noManifest(reference, in: name) }
        return Response(
            status: .ok,
            headers: [
                .contentType: manifest.mediaType, .dockerContentDigest: manifest.digest.description,
                .eTag: "\"\(manifest.digest)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: manifest.bytes)))
    }

    /// `PUT /v2/<name>/manifests/<reference>`.
    func putManifest(
        _ reference: ManifestReference, in name: RepositoryName, _ request: Request
    ) async throws -> Response {
        let owner = try Self.owner(of: name)
        let bytes = try await Self.document(of: request)
        let contentType = request.headers[.contentType]
        let digest = try await executor.run { store in
            let contents = try ManifestContents(bytes, contentType: contentType)
            let manifest = StoredManifest(mediaType: contents.mediaType, bytes: bytes)
            var tag: TagName?
            switch reference {
            case .tag(let name): tag = name
            case .digest(let digest):
                guard digest == manifest.digest else {
                    throw RegistryFailure(.digestInvalid, "the manifest has the digest \(manifest.digest)")
                }
            }
            guard let project = try store.project(named: owner.description) else {
                throw contents.firstReference.map { Self.missing([$0]) }
                    ?? RegistryFailure(.nameUnknown, "there is nothing in \(name)")
            }
            let repository = Repository(name, project: project, store: store)
            let (blobs, children) = try repository.needs(of: contents)
            try repository.put(manifest, tag: tag, blobs: blobs, children: children)
            return manifest.digest
        }
        return Response(
            status: .created,
            headers: [.location: "/v2/\(name)/manifests/\(digest)", .dockerContentDigest: digest.description])
    }

    /// `DELETE /v2/<name>/manifests/<reference>`: a tag, or a manifest with all its tags.
    func deleteManifest(_ reference: ManifestReference, in name: RepositoryName) async throws -> Response {
        let isDeleted = try await executor.run { store in
            guard let repository = try Repository(name, in: store) else { return false }
            return switch reference {
            case .tag(let tag): try repository.delete(tag)
            case .digest(let digest): try repository.delete(digest)
            }
        }
        guard isDeleted else { throw Self.noManifest(reference, in: name) }
        return Response(status: .accepted)
    }

    private static func document(of request: Request) async throws -> [UInt8] {
        do {
            return [UInt8](buffer: try await request.body.collect(upTo: StoredManifest.byteCountMaximum))
        } catch is NIOTooManyBytesError {
            throw RegistryFailure(
                .sizeInvalid, status: 413,
                "the manifest has more than \(StoredManifest.byteCountMaximum) bytes, which is the most there may be")
        }
    }

    fileprivate static func missing(_ descriptors: [Descriptor]) -> RegistryFailure {
        let names = descriptors.prefix(10).map(\.digest.description).joined(separator: ", ")
        return RegistryFailure(
            .manifestBlobUnknown, "the manifest refers to what is not here; push it first: \(names)")
    }

    private static func noManifest(_ reference: ManifestReference, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(.manifestUnknown, "there is no manifest \(reference) in \(name)")
    }
}

extension ManifestContents {
    fileprivate var firstReference: Descriptor? { blobs.first ?? children.first }
}

extension Repository {
    /// The blobs and manifests that a manifest needs, all of which are there.
    /// - Throws: ``RegistryFailure`` `manifestBlobUnknown`, `sizeInvalid`.
    fileprivate func needs(of contents: ManifestContents) throws -> (blobs: [Digest], children: [Digest]) {
        var missing: [Descriptor] = []
        var children: [Digest] = []
        var blobs: [Digest] = []
        func check(_ descriptor: Descriptor) throws {
            guard let info = try store.blob(descriptor.digest, in: project) else {
                missing.append(descriptor)
                return
            }
            guard UInt64(exactly: descriptor.size) == info.size else {
                throw RegistryFailure(
                    .sizeInvalid,
                    "the manifest says that \(info.digest) has \(descriptor.size) bytes, but it has \(info.size)")
            }
            blobs.append(descriptor.digest)
        }
        for descriptor in contents.blobs { try check(descriptor) }
        for child in contents.children {
            if try manifest(child.digest) == nil { try check(child) } else { children.append(child.digest) }
        }
        guard missing.isEmpty else { throw RegistryRoutes.missing(missing) }
        return (blobs, children)
    }
}
