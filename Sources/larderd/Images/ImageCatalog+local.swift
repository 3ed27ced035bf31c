import Access
import CacheAPI
import ChunkStore
import Chunking
import NIOCore
import OCI
import Synchronization

extension ImageCatalog {
    /// The image `reference` of this server's own repositories.
    func resolveLocal(
        _ reference: ImageReference, platform: Platform, for access: ProjectAccess
    ) async throws -> ResolveAnswer.Image {
        let project = access.project
        guard let owner = ProjectName(owning: reference.repository.description), mayRead(owner, access) else {
            throw Self.notHere(reference)
        }
        try await gate?.check(ManifestReference(reference), in: reference.repository, access.check)
        let image = try await executor.run { store in
            guard let repository = try Repository(reference.repository, in: store),
                let image = try LocalImage(reference, platform: platform, in: repository)
            else { throw Self.notHere(reference) }
            return image
        }
        for (diffID, layer) in image.distinctLayers {
            try await prepare(diffID, storedAs: layer, in: image.project)
        }
        try await executor.run { store in
            let receiver = try store.makeProject(named: project.description)
            try store.shareMissing(image.chain, from: image.project, with: receiver)
        }
        return ResolveAnswer.Image(digest: image.digest, config: image.config, chain: image.chain)
    }

    private func mayRead(_ owner: ProjectName, _ access: ProjectAccess) -> Bool {
        if owner == access.project { return true }
        return settings.localProjects?.contains(owner) ?? true && access.check.allows(.project(owner, .read))
    }

    /// Sees to it that `project` has the uncompressed layer `diffID`, of which it has the stored form `blob`.
    private func prepare(_ diffID: Digest, storedAs blob: Digest, in project: ProjectID) async throws {
        let key = LayerKey(project: project, diffID: diffID)
        let isThere = try await executor.run { try $0.blob(diffID, in: project)?.isLayer == true }
        if isThere { return }
        guard blob != diffID else {
            throw APIFailure(.invalidContent, "layer \(diffID) is not a tar archive, so it cannot be built upon")
        }
        try await decompressions.value(for: key) { [executor, limits = settings.limits] in
            let job = try await executor.run { store in
                guard let reader = try store.read(blob, in: project) else {
                    throw APIFailure(.missingContent, "layer \(blob) is not on this server; push the image again")
                }
                return DecompressionJob(reader, ingest: LayerIngest(diffID, into: project, of: store, limits: limits))
            }
            while try await executor.run({ _ in try job.step() }) {}
            try await executor.run { _ in try job.ingest.commit(digest: blob) }
        }
    }

    /// What a name that means nothing here means in the default registry; `nil` when there is none, or when the name could only be one
    /// of this server's, so that nobody outside learns it, or gives something else for it. Names of one part cannot be had
    /// by anybody at docker.io. Whoever may not read a project cannot know that it is there.
    func nameOutside(_ reference: ImageReference, for access: ProjectAccess) async throws -> ImageReference? {
        guard reference.host == nil, let registry = settings.defaultRegistry else { return nil }
        if reference.repository.components.count > 1 {
            let isOwn = try await executor.run { store in
                guard let owner = ProjectName(owning: reference.repository.description), mayRead(owner, access) else {
                    return false
                }
                return try store.project(named: owner.description) != nil
            }
            if isOwn { return nil }
        }
        var outside = reference
        outside.host = registry
        return outside.canonical
    }

    static func notHere(
        _ reference: ImageReference, nor outside: ImageReference, because failure: APIFailure
    ) -> APIFailure {
        APIFailure(
            failure.code,
            "no image \(reference) on this server, nor can \(outside) be had: \(failure.message); or import one with "
                + "`larder import ROOTFS.tar \(reference)`")
    }

    static func notHere(_ reference: ImageReference) -> APIFailure {
        let name = "\(reference)"
        let hint =
            reference.host == nil
            ? "; import one with `larder import ROOTFS.tar \(name)`, or name its registry, as in "
                + (reference.repository.components.count == 1 ? "docker.io/library/\(name)" : "docker.io/\(name)")
            : "; push or import it first"
        return APIFailure(.notFound, "no image \(name) on this server\(hint)")
    }
}

/// A stored layer that is read back, decompressed and written, a piece at a time so that others get their turn.
private final class DecompressionJob: Sendable {
    let ingest: LayerIngest
    private let reader: Mutex<BlobReader>

    init(_ reader: consuming BlobReader, ingest: LayerIngest) {
        self.reader = Mutex(reader)
        self.ingest = ingest
    }

    /// Moves the next piece. Whether there was one.
    func step() throws -> Bool {
        var piece: [UInt8] = []
        let count = try reader.withLock { try $0.read(into: &piece, maximum: 1 << 20) }
        if count > 0 { try ingest.take([ByteBuffer(bytes: piece)]) }
        return count > 0
    }
}
