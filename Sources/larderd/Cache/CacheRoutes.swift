import Access
import CacheAPI
import ChunkStore
import Chunking
import Hummingbird

/// The cache API below `/api/v1/`, see `CachePath`.
struct CacheRoutes: Sendable {
    let executor: StoreExecutor
    let images: ImageCatalog
    /// What the settings say about scopes.
    let scopes: ScopeRules
    let limits: Limits
    /// Signs what is recorded; `nil` for not.
    let sealer: RecordSealer?
    let views = ChainViews()
    let claims = StepClaims()
    /// Where it is counted what becomes of look-ups; `nil` for nowhere.
    let metrics: ServerMetrics?
    /// Where it is kept what builds report; `nil` for nowhere.
    let history: BuildHistory?

    init(
        executor: StoreExecutor, images: ImageCatalog, scopes: ScopeRules, limits: Limits = Limits(),
        sealer: RecordSealer? = nil, metrics: ServerMetrics? = nil, history: BuildHistory? = nil
    ) {
        self.executor = executor
        self.images = images
        self.scopes = scopes
        self.limits = limits
        self.sealer = sealer
        self.metrics = metrics
        self.history = history
        metrics?.observe { [claims] in $0.add(.claims, [], claims.count) }
    }

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        router.group("/api/v1/projects/:project").add(CacheRoute.self) { try await answer($0, $1, $2) }
    }

    private func answer(_ route: CacheRoute, _ request: Request, _ context: LarderRequestContext) async throws
        -> Response
    {
        let access = ProjectAccess(project: try context.project(), check: context.access)
        return switch route {
        case .resolve: try await resolve(request, access)
        case .assemble: try await assemble(request, access)
        case .lookup: try await lookup(request, access)
        case .explain: try await explain(request, access)
        case .waitForClaim: try await waitForClaim(request, access)
        case .renewClaims: try await renewClaims(request, access.project)
        case .releaseClaims: try await releaseClaims(request, access.project)
        case .record: try await record(request, access)
        case .noteOutcome: try await noteOutcome(request, access)
        case .findCacheMount: try await findCacheMount(request, access)
        case .keepCacheMount: try await keepCacheMount(request, access)
        case .missingChunks: try await missingChunks(request, in: access.project)
        case .fetchChunks: try await fetchChunks(request, in: access.project)
        case .takeFrames: try await takeFrames(request, in: access.project)
        case .commitLayer: try await commitLayer(request, Self.digest(context), in: access.project)
        case .layer: try await layer(Self.digest(context), in: access.project)
        case .queryChain: try await queryChain(request, in: access.project)
        case .file: try await file(request, in: access.project)
        }
    }

    private static func digest(_ context: LarderRequestContext) throws -> Digest {
        let text = try context.parameters.require("digest")
        guard let digest = Digest(text) else {
            throw APIFailure(.invalidName, "'\(text)' is not a digest of the form sha256:<64 hexadecimal digits>.")
        }
        return digest
    }
}

extension Store {
    /// The project called `name`; `nil` when nothing was ever stored in it.
    func project(_ name: ProjectName) throws(StoreError) -> ProjectID? {
        try project(named: name.description)
    }

    /// The project called `name`, made now when it is new.
    func makeProject(_ name: ProjectName) throws(StoreError) -> ProjectID {
        try makeProject(named: name.description)
    }

    /// The project called `name`, made now when it is new, unless the request needs content that is there already:
    /// a new project lacks it, and a request that cannot succeed leaves no project behind.
    /// - Throws: ``APIFailure`` `missingContent`.
    func makeProject(_ name: ProjectName, unlessLacking needsContent: Bool) throws -> ProjectID {
        if needsContent, try project(name) == nil {
            throw APIFailure(.missingContent, "Nothing is stored in project \(name); send the layer's chunks first.")
        }
        return try makeProject(name)
    }
}
