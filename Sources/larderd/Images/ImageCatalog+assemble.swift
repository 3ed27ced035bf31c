import CacheAPI
import ChunkStore
import Chunking
import OCI

extension ImageCatalog {
    /// Makes an image of layers that `project` has and tags it. Equal configurations give equal images.
    /// - Throws: ``APIFailure``: `missingContent` when a layer is not there, `invalidName`, `badRequest`.
    func assemble(_ request: AssembleRequest, in project: ProjectName) async throws -> AssembleAnswer {
        let names = try request.names.map(assembledName)
        guard !names.isEmpty else {
            throw APIFailure(.badRequest, "an image needs at least one name; give one with --tag")
        }
        let document = Array(request.config.utf8)
        guard document.count <= LocalImage.configurationMaximum else {
            throw APIFailure(.tooLarge, "the image configuration has \(document.count) bytes, too many")
        }
        let chain: [Digest]
        do {
            chain = try JSONDocument.decode(
                ImageConfiguration.self, from: document, subject: "the image configuration"
            ).rootfs.diffIDs
        } catch {
            throw APIFailure(.badRequest, error.description)
        }
        let assembly = Assembly(document: document, chain: chain)
        return try await executor.run { [rules = settings.tagRules] store in
            guard let giver = try store.project(named: project.description) else {
                throw APIFailure(.missingContent, "project \(project) has no layers on this server; build again")
            }
            let manifest = try assembly.manifest(layersFrom: giver, of: store)
            for name in names {
                try assembly.store(manifest, as: name, layersFrom: giver, in: store, rules)
            }
            return AssembleAnswer(
                digest: manifest.sha256, size: manifest.bytes.count, config: assembly.documentDigest)
        }
    }

    private func assembledName(_ text: String) throws(APIFailure) -> AssembledName {
        let reference: ImageReference
        do {
            reference = try ImageReference(text)
        } catch {
            throw APIFailure(.invalidName, error.description)
        }
        guard isLocal(reference.host), reference.digest == nil,
            let owner = ProjectName(owning: reference.repository.description)
        else {
            throw APIFailure(.invalidName, "'\(text)' cannot name an image here: use repository[:tag] without a host")
        }
        return AssembledName(repository: reference.repository, tag: reference.tag ?? .latest, owner: owner)
    }
}

/// A name that an assembled image gets.
private struct AssembledName: Sendable {
    let repository: RepositoryName
    let tag: TagName
    let owner: ProjectName
}

/// An image in the making. Calls block.
private struct Assembly: Sendable {
    let document: [UInt8]
    let documentDigest: Digest
    let chain: [Digest]

    init(document: [UInt8], chain: [Digest]) {
        self.document = document
        documentDigest = Digest(hashing: document)
        self.chain = chain
    }

    /// The manifest over the layers that `project` has.
    func manifest(layersFrom project: ProjectID, of store: Store) throws -> StoredManifest {
        var missing: [Digest] = []
        let layers = try chain.map { diffID in
            let info = try store.blob(diffID, in: project)
            if info?.isLayer != true { missing.append(diffID) }
            return Descriptor(
                mediaType: MediaType.layer, digest: diffID, size: Int64(clamping: info?.size ?? 0))
        }
        guard missing.isEmpty else {
            let names = missing.prefix(10).map(\.description).joined(separator: ", ")
            throw APIFailure(
                .missingContent, "\(missing.count) layers of the image are not on the server; send them again: \(names)"
            )
        }
        let config = Descriptor(
            mediaType: MediaType.configuration, digest: documentDigest, size: Int64(document.count))
        let bytes = try JSONDocument.encode(Manifest(config: config, layers: layers))
        guard bytes.count <= StoredManifest.byteCountMaximum else {
            throw APIFailure(.tooLarge, "the image has \(chain.count) layers, too many for a manifest")
        }
        return StoredManifest(mediaType: MediaType.manifest, bytes: bytes)
    }

    /// Keeps the image under `name`.
    func store(
        _ manifest: StoredManifest, as name: AssembledName, layersFrom giver: ProjectID, in store: Store,
        _ rules: TagRules
    ) throws {
        let receiver = try store.makeProject(named: name.owner.description)
        try store.shareMissing(chain, from: giver, with: receiver)
        try store.keep(document, as: documentDigest, in: receiver)
        try Repository(name.repository, project: receiver, store: store).put(
            manifest, ManifestLinks(blobs: chain + [documentDigest]), tags: [name.tag], rules: rules)
    }
}
