import Access
import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import Logging
import NIOHTTP1
import OCI

/// The OCI distribution API (distribution-spec 1.1) below `/v2/`.
struct RegistryRoutes: Sendable {
    let executor: StoreExecutor
    let rules: TagRules
    /// The projects whose blobs repositories of other projects may have; `nil` for all.
    let localProjects: Set<ProjectName>?
    let uploads: UploadSessions
    /// Other registries that are served from here; `nil` for none.
    let mirror: UpstreamMirror?
    /// Where to look first for the tags of a manifest.
    let recentTags = RecentTags()
    /// What need not be looked up again.
    let recentManifests = RecentManifests()
    /// The forms in which layers are sent; `nil` for none but their own.
    let encodings: LayerEncodings?
    let limits: Limits
    /// What gives clients a token for their login; `nil` where nobody can log in.
    let logIns: RegistryTokenRoutes?
    /// Who is told of what is pushed and deleted; `nil` for nobody.
    let webhooks: Webhooks?
    /// What has images judged before their tags are set; `nil` for nothing.
    let gate: ScanGate?
    let logger: Logger
    /// Who changes a tag.
    let tagTurns = Turns<String>()

    init(
        executor: StoreExecutor, rules: TagRules = TagRules(), localProjects: Set<ProjectName>? = nil,
        limits: Limits = Limits(), mirror: UpstreamMirror? = nil, encodings: LayerEncodings? = nil,
        logIns: RegistryTokenRoutes? = nil, metrics: ServerMetrics? = nil, webhooks: Webhooks? = nil,
        gate: ScanGate? = nil,
        logger: Logger = Logger(label: "larderd.registry")
    ) {
        self.executor = executor
        self.rules = rules
        self.localProjects = localProjects
        self.limits = limits
        uploads = UploadSessions(limits: limits)
        metrics?.observe { [uploads] in $0.add(.uploads, [], uploads.count) }
        self.mirror = mirror
        self.encodings = encodings
        self.logIns = logIns
        self.webhooks = webhooks
        self.gate = gate
        self.logger = logger
    }

    /// Adds the routes to `router`. Repository names have any number of components, which the router cannot match, so
    /// it hands on all paths and ``RegistryPath`` reads them.
    func add(to router: Router<LarderRequestContext>) {
        for method: HTTPRequest.Method in [.get, .head, .post, .put, .patch, .delete] {
            for path: RouterPath in ["/v2", "/v2/**"] {
                router.on(path, method: method) { request, context in
                    try await answer(request, context)
                }
            }
        }
    }

    private func answer(_ request: Request, _ context: LarderRequestContext) async throws -> Response {
        var response: Response
        do {
            response = try await respond(to: request, context.access)
        } catch let error as HTTPParserError {
            // The connection is in disorder; the server answers 400 and closes it.
            throw error
        } catch {
            let failure = RegistryFailure(reporting: error)
            if failure.status >= 500 { context.logFailure(of: request, failure.status, error) }
            response = failure.response
            if failure.status == 401, logIns != nil, request.uri.path != RegistryTokenRoutes.path {
                response.headers[.wwwAuthenticate] =
                    Self.challenge(request, isSecure: context.connection.isSecure).header
            }
        }
        response.headers[.dockerDistributionAPIVersion] = "registry/2.0"
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respond(to request: Request, _ access: AccessCheck) async throws -> Response {
        let path = try RegistryPath(request.uri.path)
        path.route(request.method).map { RequestNotes.current?.note($0) }
        if let response = try await mirrored(path, request, access) { return response }
        guard let route = path.route(request.method) else {
            throw RegistryFailure(.unsupported, "\(request.method) is not offered for \(request.uri.path)")
        }
        // What cannot be a project is none, whoever asks.
        if let name = path.repository { _ = try Self.owner(of: name) }
        let demand = route.row.demand(in: path.repository)
        do {
            if case .absent = access.decide(demand) { return try await absence(of: path, route, request) }
            try access.require(demand)
            return try await respond(to: request, route, path, access)
        } catch let failure as RegistryFailure where failure.status == 404 {
            guard let response = try await fallback(path, request, access) else { throw failure }
            return response
        }
    }

    private func respond(
        to request: Request, _ route: RegistryRoute, _ path: RegistryPath, _ access: AccessCheck
    ) async throws -> Response {
        switch (route, path) {
        case (.base, _): return try Self.json(EmptyDocument())
        case (.token, _), (.tokenForForm, _):
            guard let logIns else { throw RegistryFailure(.unsupported, "nobody can log in here") }
            return try await logIns.answer(request)
        case (.catalog, _): return try await catalog(request, access)
        case (.tags, .tags(let name)): return try await tags(of: name, request)
        case (.manifest, .manifest(let name, let reference)): return try await manifest(reference, in: name, access)
        case (.putManifest, .manifest(let name, let reference)):
            return try await putManifest(reference, in: name, request, access)
        case (.deleteManifest, .manifest(let name, let reference)):
            return try await deleteManifest(reference, in: name, access)
        case (.blob, .blob(let name, let digest)) where request.method == .head:
            return try await describeBlob(digest, in: name)
        case (.blob, .blob(let name, let digest)): return try await sendBlob(digest, in: name, request)
        case (.deleteBlob, .blob(let name, let digest)): return try await deleteBlob(digest, in: name)
        case (.referrers, .referrers(let name, let digest)): return try await referrers(of: digest, in: name, request)
        case (.beginUpload, .uploads(let name)): return try await beginUpload(to: name, request, access)
        case (.uploadStatus, .upload(let name, let id)): return try uploadStatus(id, in: name)
        case (.continueUpload, .upload(let name, let id)): return try await continueUpload(id, in: name, request)
        case (.finishUpload, .upload(let name, let id)): return try await finishUpload(id, in: name, request)
        case (.cancelUpload, .upload(let name, let id)): return try await cancelUpload(id, in: name)
        default: throw RegistryFailure(.unknown, "\(route) is no route of \(request.uri.path)")
        }
    }

    /// An answer whose body is `value` as JSON.
    static func json(_ value: some Encodable) throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONDocument.encode(value))))
    }

    /// The project that owns `repository`.
    /// - Throws: ``RegistryFailure`` `nameInvalid`.
    static func owner(of repository: RepositoryName) throws(RegistryFailure) -> ProjectName {
        if let owner = ProjectName(owning: repository.description) { return owner }
        throw RegistryFailure(
            .nameInvalid, "the first part of '\(repository)' is too long to be a project; use at most 128 bytes")
    }
}

/// `{}`
private struct EmptyDocument: Encodable {}
