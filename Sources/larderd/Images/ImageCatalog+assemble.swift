import Access
import CacheAPI
import ChunkStore
import Chunking
import OCI

extension ImageCatalog {
    /// Makes an image of layers that `project` has and tags it. Equal configurations give equal images.
    /// - Throws: ``APIFailure``: `missingContent` when a layer is not there, `invalidName`, `badRequest`.
    /// - Throws: also ``AccessRefusal`` when whoever asks may not write one of the names.
    func assemble(_ request: AssembleRequest, _ access: ProjectAccess) async throws -> AssembleAnswer {
        let project = access.project
        let names = try request.names.map(assembledName)
        guard !names.isEmpty else {
            throw APIFailure(.badRequest, "an image needs at least one name; give one with --tag")
        }
        for name in names { try access.check.require(.write, on: name.tag, in: name.repository) }
        guard (1...AssembleRequest.imagesMaximum).contains(request.images.count) else {
            throw APIFailure(
                .badRequest,
                "an image is for 1 to \(AssembleRequest.imagesMaximum) platforms, not \(request.images.count)")
        }
        let assemblies = try request.images.map(Assembly.init)
        let author = RequestNotes.author(at: Int64(clamping: WallClock.seconds))
        RequestNotes.current?.note { $0.tags = names.map(\.tag) }
        let (answer, held) = try await executor.run { [rules = settings.tagRules, webhooks, gate] store in
            guard let giver = try store.project(named: project.description) else {
                throw APIFailure(.missingContent, "project \(project) has no layers on this server; build again")
            }
            var held: [AssembledName] = []
            let images = try assemblies.map { try $0.image(layersFrom: giver, of: store) }
            let index = images.count > 1 ? try Self.index(of: images) : nil
            for name in names {
                let stored = try Self.store(images, index, as: name, layersFrom: giver, in: store, rules, author, gate)
                webhooks?.announce(stored.events)
                held += stored.isHeld ? [name] : []
            }
            let root = index ?? images[0].manifest
            let answer = AssembleAnswer(
                digest: root.sha256, size: root.bytes.count,
                images: images.map {
                    .init(digest: $0.manifest.sha256, size: $0.manifest.bytes.count, config: $0.assembly.documentDigest)
                })
            return (answer, held)
        }
        try await admit(answer.digest, as: held)
        return answer
    }

    /// Has the gate judge an image under all its names at once, so that each is set as soon as its verdict is there.
    private func admit(_ digest: Digest, as names: [AssembledName]) async throws {
        guard let gate else { return }
        let tags = Dictionary(grouping: names, by: \.repository).mapValues { $0.map(\.tag) }
        // One that is refused does not end the wait for the others.
        let failures = await withTaskGroup(of: (any Error)?.self) { group in
            for (repository, tags) in tags {
                group.addTask {
                    do {
                        _ = try await gate.admit(.sha256(digest), tags: tags, in: repository)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [any Error]()) { $0 += $1.map { [$0] } ?? [] }
        }
        if let failure = failures.first { throw failure }
    }

    private static func index(of images: [AssembledImage]) throws -> StoredManifest {
        let manifests = images.map { image in
            Descriptor(
                mediaType: image.manifest.mediaType, digest: image.manifest.sha256,
                size: Int64(image.manifest.bytes.count), platform: image.assembly.platform)
        }
        return StoredManifest(
            mediaType: MediaType.index, bytes: try JSONDocument.encode(Index(manifests: manifests)))
    }

    /// Keeps images, and the index of several, under `name`, unless `gate` holds the tag. What webhooks are told of it.
    private static func store(
        _ images: [AssembledImage], _ index: StoredManifest?, as name: AssembledName, layersFrom giver: ProjectID,
        in store: Store, _ rules: TagRules, _ author: RecordAuthor?, _ gate: ScanGate?
    ) throws -> (events: [RegistryEvent], isHeld: Bool) {
        let receiver = try store.makeProject(named: name.owner.description)
        let repository = Repository(name.repository, project: receiver, store: store, author: author)
        let root = index ?? images[0].manifest
        let outline = try ManifestOutline(root.bytes, contentType: root.mediaType)
        let isHeld = gate.map { !$0.held([name.tag], of: outline, in: name.repository).isEmpty } ?? false
        let tags = isHeld ? [] : [name.tag]
        let before = try repository.digest(taggedAs: name.tag).map { [name.tag: $0] } ?? [:]
        func events(_ manifest: StoredManifest, tags: [TagName]) throws -> [RegistryEvent] {
            RegistryEvent.pushed(
                try ManifestOutline(manifest.bytes, contentType: manifest.mediaType), manifest.digest,
                size: manifest.bytes.count, to: name.repository, of: name.owner, tags: tags, before: before, by: author)
        }
        func put(_ manifest: StoredManifest, _ links: ManifestLinks, _ tags: [TagName]) throws {
            guard let gate else { return try repository.put(manifest, links, tags: tags, rules: rules) }
            try gate.passing(tags, in: name.repository) {
                try repository.put(manifest, links, tags: tags, rules: rules)
            }
        }
        for image in images {
            let assembly = image.assembly
            try store.shareMissing(assembly.chain, from: giver, with: receiver)
            try store.keep(assembly.document, as: assembly.documentDigest, in: receiver)
            let links = ManifestLinks(blobs: assembly.chain + [assembly.documentDigest])
            try put(image.manifest, links, index == nil ? tags : [])
        }
        guard let index else { return (try images.flatMap { try events($0.manifest, tags: tags) }, isHeld) }
        let links = try ManifestLinks(outline, index, in: repository)
        guard links.missing.isEmpty else {
            throw APIFailure(.missingContent, "an image of the index was deleted meanwhile; build again")
        }
        try put(index, links, tags)
        return (try images.flatMap { try events($0.manifest, tags: []) } + events(index, tags: tags), isHeld)
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

/// An image in the making, for one platform. Calls block.
private struct Assembly: Sendable {
    let document: [UInt8]
    let documentDigest: Digest
    let chain: [Digest]
    let platform: Platform

    /// - Throws: ``APIFailure`` for what is no configuration, or no platform.
    init(_ image: AssembleRequest.Image) throws(APIFailure) {
        document = Array(image.config.utf8)
        guard document.count <= LocalImage.configurationMaximum else {
            throw APIFailure(.tooLarge, "the image configuration has \(document.count) bytes, too many")
        }
        documentDigest = Digest(hashing: document)
        do {
            let configuration = try JSONDocument.decode(
                ImageConfiguration.self, from: document, subject: "the image configuration")
            chain = configuration.rootfs.diffIDs
            platform = try image.platform.map { text throws(OCIError) in try Platform(text) } ?? configuration.platform
        } catch {
            throw APIFailure(.badRequest, "\(error)")
        }
    }

    /// The image of layers that `project` has.
    func image(layersFrom project: ProjectID, of store: Store) throws -> AssembledImage {
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
        return AssembledImage(
            assembly: self, manifest: StoredManifest(mediaType: MediaType.manifest, bytes: bytes))
    }
}

/// An image that was put together.
private struct AssembledImage: Sendable {
    let assembly: Assembly
    let manifest: StoredManifest
}
