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
    let views = ChainViews()
    let claims = StepClaims()

    init(executor: StoreExecutor, images: ImageCatalog, scopes: ScopeRules) {
        self.executor = executor
        self.images = images
        self.scopes = scopes
    }

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        let project = router.group("/api/v1/projects/:project")
        project.post("resolve") { try await resolve($0, in: Self.project($1)) }
        project.post("images") { try await assemble($0, in: Self.project($1)) }
        project.post("lookup") { try await lookup($0, in: Self.project($1)) }
        project.post("explain") { try await explain($0, in: Self.project($1)) }
        project.post("claims/wait") { try await waitForClaim($0, in: Self.project($1)) }
        project.post("claims/renew") { try await renewClaims($0, in: Self.project($1)) }
        project.post("claims/release") { try await releaseClaims($0, in: Self.project($1)) }
        project.post("steps") { try await record($0, in: Self.project($1)) }
        project.post("cache-mounts/find") { try await findCacheMount($0, in: Self.project($1)) }
        project.post("cache-mounts") { try await keepCacheMount($0, in: Self.project($1)) }
        project.post("chunks/missing") { try await missingChunks($0, in: Self.project($1)) }
        project.post("chunks/fetch") { try await fetchChunks($0, in: Self.project($1)) }
        project.post("frames") { try await takeFrames($0, in: Self.project($1)) }
        project.put("layers/:digest") { try await commitLayer($0, Self.digest($1), in: Self.project($1)) }
        project.get("layers/:digest") { try await layer(Self.digest($1), in: Self.project($1)) }
        project.post("chain/query") { try await queryChain($0, in: Self.project($1)) }
        project.post("chain/file") { try await file($0, in: Self.project($1)) }
    }

    private static func project(_ context: LarderRequestContext) throws -> ProjectName {
        let text = try context.parameters.require("project")
        guard let name = ProjectName(text) else {
            throw APIFailure(
                .invalidName,
                "'\(text)' is not a project name: lower-case letters and digits with single '.', '_' or '-' between.")
        }
        return name
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
