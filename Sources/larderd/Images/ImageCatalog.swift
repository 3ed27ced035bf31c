import CacheAPI
import ChunkStore
import Chunking
import Logging
import OCI

/// Images by name: finds base images for builds, pulling them from their registry when they are not here, and
/// makes images of layers that are here.
struct ImageCatalog: Sendable {
    /// What can be set.
    struct Settings: Sendable {
        /// The addresses under which clients know this server: names with them mean its own repositories.
        var ownHosts: Set<RegistryHost> = []
        /// The projects whose repositories a name without a host can mean, besides the build's own; `nil` for all.
        var localProjects: Set<ProjectName>?
        /// The registry in which a name without a host is looked for that means nothing here; `nil` for none.
        var defaultRegistry: RegistryHost?
        /// How other registries are served.
        var mirrors = MirrorRules()
        /// What may be done with tags.
        var tagRules = TagRules()
        /// How much may come out of layers that are decompressed.
        var limits = Limits()
    }

    let executor: StoreExecutor
    let settings: Settings
    let upstream: UpstreamImages
    /// Who is told of images that are made; `nil` for nobody.
    let webhooks: Webhooks?
    /// What has images judged before their tags are set; `nil` for nothing.
    let gate: ScanGate?
    /// Layers that are being decompressed.
    let decompressions = SingleFlight<LayerKey, Void>()

    /// A layer of a project.
    struct LayerKey: Hashable, Sendable {
        let project: ProjectID
        let diffID: Digest
    }

    init(
        executor: StoreExecutor, settings: Settings = Settings(), upstream: UpstreamAccess? = nil,
        webhooks: Webhooks? = nil, gate: ScanGate? = nil, logger: Logger = Logger(label: "larderd.images")
    ) {
        self.executor = executor
        self.settings = settings
        self.webhooks = webhooks
        self.gate = gate
        self.upstream = UpstreamImages(
            executor: executor, access: upstream ?? UpstreamAccess(logger: logger),
            freshness: settings.mirrors.freshness, limits: settings.limits)
    }

    /// The image called `name` as a base for builds of `project`, whose layers are layers of the project
    /// afterwards (uncompressed, with entry tables).
    /// - Parameter access: who builds, and in which project.
    /// - Parameter refresh: whether a tag of another registry is asked for again.
    /// - Throws: ``APIFailure``: `notFound`, `invalidName`, `upstream`, …
    func resolve(
        _ image: ResolveQuery.Image, for access: ProjectAccess, refresh: Bool
    ) async throws -> ResolveAnswer.Image {
        let project = access.project
        let reference: ImageReference
        let platform: Platform
        do {
            reference = try ImageReference(image.name)
            platform = try Platform(image.platform)
        } catch {
            throw APIFailure(.invalidName, error.description)
        }
        guard isLocal(reference.host) else {
            return try await resolveUpstream(reference, platform: platform, for: project, refresh: refresh)
        }
        do {
            return try await resolveLocal(reference, platform: platform, for: access)
        } catch let failure as APIFailure where failure.code == .notFound {
            guard let outside = try await nameOutside(reference, for: access) else { throw failure }
            do {
                return try await resolveUpstream(outside, platform: platform, for: project, refresh: refresh)
            } catch let upstream as APIFailure {
                throw Self.notHere(reference, nor: outside, because: upstream)
            }
        }
    }

    private func resolveUpstream(
        _ reference: ImageReference, platform: Platform, for project: ProjectName, refresh: Bool
    ) async throws -> ResolveAnswer.Image {
        let pulled = try await upstream.image(reference.canonical, platform: platform, refresh: refresh)
        try await executor.run { store in
            let receiver = try store.makeProject(named: project.description)
            try store.shareMissing(pulled.chain, from: try UpstreamImages.project(of: store), with: receiver)
        }
        return ResolveAnswer.Image(digest: pulled.digest, config: pulled.config, chain: pulled.chain)
    }

    /// Whether a name with `host` means a repository of this server.
    func isLocal(_ host: RegistryHost?) -> Bool {
        host.map(settings.ownHosts.contains) ?? true
    }
}

extension Store {
    /// Gives `receiver` those of `layers` that it lacks.
    func shareMissing(_ layers: [Digest], from giver: ProjectID, with receiver: ProjectID) throws(StoreError) {
        guard giver != receiver else { return }
        var missing: [Digest] = []
        for layer in Set(layers) where try blob(layer, in: receiver)?.isLayer != true {
            missing.append(layer)
        }
        if !missing.isEmpty { try share(missing.sorted(), from: giver, with: receiver) }
    }
}
