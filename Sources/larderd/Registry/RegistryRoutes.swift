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
    let logger: Logger
    /// Who changes a tag.
    let tagTurns = Turns<String>()

    init(
        executor: StoreExecutor, rules: TagRules = TagRules(), localProjects: Set<ProjectName>? = nil,
        uploads: UploadSessions = UploadSessions(), mirror: UpstreamMirror? = nil, encodings: LayerEncodings? = nil,
        logger: Logger = Logger(label: "larderd.registry")
    ) {
        self.executor = executor
        self.rules = rules
        self.localProjects = localProjects
        self.uploads = uploads
        self.mirror = mirror
        self.encodings = encodings
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
            response = try await respond(to: request)
        } catch let error as HTTPParserError {
            // The connection is in disorder; the server answers 400 and closes it.
            throw error
        } catch {
            let failure = RegistryFailure(reporting: error)
            if failure.status >= 500 {
                context.logger.warning(
                    "request failed",
                    metadata: [
                        "http.method": "\(request.method)", "http.path": "\(request.uri.path)",
                        "http.status": "\(failure.status)", "error": "\(error)",
                    ])
            }
            response = failure.response
        }
        response.headers[.dockerDistributionAPIVersion] = "registry/2.0"
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respond(to request: Request) async throws -> Response {
        let path = try RegistryPath(request.uri.path)
        if let response = try await mirrored(path, request) { return response }
        do {
            return try await respond(to: request, path)
        } catch let failure as RegistryFailure where failure.status == 404 {
            guard let response = try await fallback(path, request) else { throw failure }
            return response
        }
    }

    private func respond(to request: Request, _ path: RegistryPath) async throws -> Response {
        switch (path, request.method) {
        case (.base, .get), (.base, .head): return try Self.json(EmptyDocument())
        case (.catalog, .get), (.catalog, .head): return try await catalog(request)
        case (.tags(let name), .get), (.tags(let name), .head): return try await tags(of: name, request)
        case (.blob(let name, let digest), .head): return try await describeBlob(digest, in: name)
        case (.blob(let name, let digest), .get): return try await sendBlob(digest, in: name, request)
        case (.blob(let name, let digest), .delete): return try await deleteBlob(digest, in: name)
        case (.referrers(let name, let digest), .get), (.referrers(let name, let digest), .head):
            return try await referrers(of: digest, in: name, request)
        case (.manifest(let name, let reference), .get), (.manifest(let name, let reference), .head):
            return try await manifest(reference, in: name)
        case (.manifest(let name, let reference), .put): return try await putManifest(reference, in: name, request)
        case (.manifest(let name, let reference), .delete): return try await deleteManifest(reference, in: name)
        case (.uploads(let name), .post): return try await beginUpload(to: name, request)
        case (.upload(let name, let id), .get), (.upload(let name, let id), .head):
            return try uploadStatus(id, in: name)
        case (.upload(let name, let id), .patch): return try await continueUpload(id, in: name, request)
        case (.upload(let name, let id), .put): return try await finishUpload(id, in: name, request)
        case (.upload(let name, let id), .delete): return try await cancelUpload(id, in: name)
        default:
            throw RegistryFailure(.unsupported, "\(request.method) is not offered for \(request.uri.path)")
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
