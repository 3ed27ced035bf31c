import AsyncHTTPClient
import CacheAPI
import ChunkStore
import Chunking
import Logging
import OCI

/// Images of other registries: pulled once for all builds that want them, and remembered.
///
/// Their layers belong to a project of their own. What another project has is never taken for granted here, or an
/// image that merely names someone's layers would hand them out.
struct UpstreamImages: Sendable {
    /// An image in the form in which it is shared and remembered.
    struct Key: Hashable, Sendable {
        let name: String
        let platform: String

        /// The key of the record: fixed in length, which names are not.
        var record: [UInt8] { Digest(hashing: Array("\(name)\0\(platform)".utf8)).rawBytes }
    }

    let executor: StoreExecutor
    let access: UpstreamAccess
    /// How long what a tag pointed at is used before its registry is asked again. Seconds.
    let freshness: UInt64
    /// How much may come out of layers.
    let limits: Limits
    private let pulls = SingleFlight<Key, UpstreamImage>()

    init(executor: StoreExecutor, access: UpstreamAccess, freshness: UInt64, limits: Limits) {
        self.executor = executor
        self.access = access
        self.freshness = freshness
        self.limits = limits
    }

    /// The project that the layers belong to. No build can have a project of this name. Blocks.
    static func project(of store: Store) throws(StoreError) -> ProjectID {
        try store.makeProject(named: "_upstream")
    }

    /// The image called `name`, whose layers belong to the upstream project afterwards.
    /// - Parameters:
    ///   - name: a canonical name with a host.
    ///   - refresh: whether the registry is asked although the image is remembered.
    /// - Throws: ``APIFailure`` `notFound`, `upstream`, `invalidContent`; errors of the store.
    func image(_ name: ImageReference, platform: Platform, refresh: Bool) async throws -> UpstreamImage {
        let key = Key(name: "\(name)", platform: "\(platform)")
        let remembered = try await remembered(key)
        if let remembered, name.digest != nil || (!refresh && WallClock.isWithin(freshness, of: remembered.checked)) {
            return remembered
        }
        do {
            return try await pulls.value(for: key) {
                try await self.pull(name, platform: platform, key: key, remembered: remembered)
            }
        } catch let failure as APIFailure where failure.code == .upstream {
            guard let remembered else { throw failure }
            access.logger.warning(
                "upstream failed, so the image pulled before is used",
                metadata: ["image.name": "\(name)", "image.digest": "\(remembered.digest)", "error": "\(failure)"])
            return remembered
        }
    }

    /// What is remembered under `key`, if all its layers are still there.
    private func remembered(_ key: Key) async throws -> UpstreamImage? {
        try await executor.run { store in
            let project = try Self.project(of: store)
            guard let record = try store.record(in: .upstream, key: key.record, project: project),
                let image = try? JSONDocument.decode(UpstreamImage.self, from: record, subject: "the record"),
                image.name == key.name, image.platform == key.platform,
                try image.chain.allSatisfy({ try store.blob($0, in: project)?.isLayer == true })
            else { return nil }
            try store.touch(.upstream, key: key.record, project: project)
            return image
        }
    }
}

extension UpstreamImages {
    /// How many layers of an image are pulled at once.
    private static let layersAtOnce = 3

    private func pull(
        _ name: ImageReference, platform: Platform, key: Key, remembered: UpstreamImage?
    ) async throws -> UpstreamImage {
        guard let host = name.host else { throw ImageCatalog.notHere(name) }
        let registry = access.registry(host, name.repository)
        // Asking for the digest alone costs no pull where pulls are counted.
        if var remembered, let tag = name.tag, try await registry.digest(of: tag) == remembered.target {
            remembered.checked = WallClock.seconds
            try await remember(remembered, key)
            return remembered
        }
        let target = try await registry.manifest(ManifestReference(name))
        let (manifest, digest) = try await imageManifest(target, name: name, platform: platform, registry)
        let document = try await registry.document(manifest.config, maximum: LocalImage.configurationMaximum)
        let configuration = try read(ImageConfiguration.self, document, "the configuration of \(name)", registry)
        let chain = configuration.rootfs.diffIDs
        guard chain.count == manifest.layers.count else {
            throw registry.failure("has an image \(name) with more or fewer layers than diff_ids")
        }
        access.logger.info("pulling", metadata: ["image.name": "\(name)", "image.digest": "\(digest)"])
        try await pull(layers: manifest.layers, chain: chain, from: registry)
        let image = UpstreamImage(
            name: key.name, platform: key.platform, target: target.sha256, digest: digest,
            config: String(decoding: document, as: UTF8.self), chain: chain,
            checked: WallClock.seconds)
        try await remember(image, key)
        return image
    }

    private func remember(_ image: UpstreamImage, _ key: Key) async throws {
        try await executor.run { store in
            _ = try store.put(
                JSONDocument.encode(image), in: .upstream, key: key.record, project: Self.project(of: store),
                references: Set(image.chain).sorted().map(Reference.blob))
        }
    }

    /// The manifest for the platform, and its digest.
    private func imageManifest(
        _ target: StoredManifest, name: ImageReference, platform: Platform, _ registry: UpstreamRegistry
    ) async throws -> (Manifest, Digest) {
        var stored = target
        // Some registries send no useful type, so the document's own shape decides where it can.
        let probe = try read(DocumentShape.self, stored.bytes, "the manifest \(name)", registry)
        if MediaType.isIndex(stored.mediaType) || probe.isIndex {
            let index = try read(Index.self, stored.bytes, "the index \(name)", registry)
            stored = try await registry.manifest(.digest(.sha256(LocalImage.choose(from: index, platform, name))))
        }
        return (try read(Manifest.self, stored.bytes, "the manifest of \(name)", registry), stored.sha256)
    }

    private func read<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8], _ subject: String, _ registry: UpstreamRegistry
    ) throws(APIFailure) -> Document {
        do {
            return try JSONDocument.decode(type, from: bytes, subject: subject)
        } catch {
            throw registry.failure("sent something that is no image: \(error)")
        }
    }

    private func pull(layers: [Descriptor], chain: [Digest], from registry: UpstreamRegistry) async throws {
        var seen: Set<Digest> = []
        var rest = zip(layers, chain).filter { seen.insert($0.1).inserted }[...]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.layersAtOnce {
                guard let (layer, diffID) = rest.popFirst() else { break }
                group.addTask { try await self.pull(layer, diffID: diffID, from: registry) }
            }
            while try await group.next() != nil {
                guard let (layer, diffID) = rest.popFirst() else { continue }
                group.addTask { try await self.pull(layer, diffID: diffID, from: registry) }
            }
        }
    }

    private func pull(_ layer: Descriptor, diffID: Digest, from registry: UpstreamRegistry) async throws {
        let isThere = try await executor.run { store in
            try store.blob(diffID, in: try Self.project(of: store))?.isLayer == true
        }
        if isThere { return }
        try await registry.blob(.sha256(layer.digest)) { [executor, limits] body in
            let ingest = try await executor.run { store in
                LayerIngest(diffID, into: try Self.project(of: store), of: store, limits: limits)
            }
            try await body.forEachBatch(of: 256 << 10) { batch in
                try await executor.run { _ in
                    try ingest.take(batch)
                    guard ingest.received <= UInt64(clamping: layer.size) else {
                        throw registry.failure("sends more of layer \(layer.digest) than its \(layer.size) bytes")
                    }
                }
            }
            try await executor.run { _ in try ingest.commit(digest: layer.digest) }
        }
    }
}
