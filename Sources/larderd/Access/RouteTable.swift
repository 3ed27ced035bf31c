import Access
import Hummingbird

// Every route of the server and what it needs. The routers are made from these tables, and each route's handler is found in
// a `switch` over them: there is no way to add a route that needs nothing by mistake.
//
// A right is meant in the project that the path names. What the body names, scopes and tags above all, is decided upon where
// it is read, with the request's ``AccessCheck``.

/// A table of routes: each is a case.
protocol RouteTable: CaseIterable, RawRepresentable<String>, Sendable where AllCases == [Self] {
    /// What its API is called where routes are told of: logs, metrics, what is audited.
    static var title: String { get }
    var row: RouteRow { get }
}

/// A line of a table.
struct RouteRow: Sendable {
    /// What a request needs.
    enum Need: Hashable, Sendable {
        /// Nothing.
        case nothing
        /// To be somebody.
        case known
        /// A right in any project.
        case anywhere(Rights)
        /// A right in all projects.
        case everywhere(Rights)
        /// A right in the project of the path.
        case here(Rights)
    }

    let method: HTTPRequest.Method
    /// The path, with `:name` for what differs.
    let path: String
    let need: Need

    init(_ method: HTTPRequest.Method, _ path: String, _ need: Need) {
        self.method = method
        self.path = path
        self.need = need
    }
}

/// Routes of the server itself.
enum ServerRoute: String, RouteTable {
    static let title = "server"

    case health, metrics

    var row: RouteRow {
        switch self {
        case .health: RouteRow(.get, "/healthz", .nothing)
        // It tells of all projects.
        case .metrics: RouteRow(.get, "/metrics", .everywhere(.read))
        }
    }
}

extension ServerRoute {
    /// Whether a request for `path` only looks how the server is.
    static func isWatching(_ path: String) -> Bool { path == health.row.path || path == metrics.row.path }
}

/// Routes of the cache API, below `/api/v1/projects/:project/`, see `CachePath`.
enum CacheRoute: String, RouteTable {
    static let title = "cache"

    case resolve, assemble, lookup, explain, waitForClaim, renewClaims, releaseClaims, record, noteOutcome
    case findCacheMount, keepCacheMount, missingChunks, fetchChunks, takeFrames, commitLayer, layer, queryChain, file

    var row: RouteRow {
        switch self {
        case .resolve: RouteRow(.post, "resolve", .here(.read))
        case .assemble: RouteRow(.post, "images", .here(.write))
        case .lookup: RouteRow(.post, "lookup", .here(.read))
        case .explain: RouteRow(.post, "explain", .here(.read))
        case .waitForClaim: RouteRow(.post, "claims/wait", .here(.read))
        case .renewClaims: RouteRow(.post, "claims/renew", .here(.write))
        case .releaseClaims: RouteRow(.post, "claims/release", .here(.write))
        case .record: RouteRow(.post, "steps", .here(.write))
        // Builds that may only read have an outcome, too. Nothing is decided by it.
        case .noteOutcome: RouteRow(.post, "outcomes", .here(.read))
        case .findCacheMount: RouteRow(.post, "cache-mounts/find", .here(.read))
        case .keepCacheMount: RouteRow(.post, "cache-mounts", .here(.write))
        case .missingChunks: RouteRow(.post, "chunks/missing", .here(.write))
        case .fetchChunks: RouteRow(.post, "chunks/fetch", .here(.read))
        case .takeFrames: RouteRow(.post, "frames", .here(.write))
        case .commitLayer: RouteRow(.put, "layers/:digest", .here(.write))
        case .layer: RouteRow(.get, "layers/:digest", .here(.read))
        case .queryChain: RouteRow(.post, "chain/query", .here(.read))
        case .file: RouteRow(.post, "chain/file", .here(.read))
        }
    }
}

/// Routes of the dashboard's page, which itself tells nothing.
enum PageRoute: String, RouteTable {
    static let title = "page"

    case page, style, script, icon

    var row: RouteRow {
        switch self {
        case .page: RouteRow(.get, "/", .nothing)
        case .style: RouteRow(.get, "/dashboard.css", .nothing)
        case .script: RouteRow(.get, "/dashboard.js", .nothing)
        case .icon: RouteRow(.get, "/dashboard.svg", .nothing)
        }
    }
}

/// Routes of what the dashboard shows, below `/api/v1`.
enum InsightRoute: String, RouteTable {
    static let title = "insight"

    case projects, storage, webhooks, quarantine, projectStorage, history, misses, builds, repositories, image, scopes,
        scopeSteps

    var row: RouteRow {
        switch self {
        case .projects: RouteRow(.get, "projects", .anywhere(.read))
        case .storage: RouteRow(.get, "storage", .everywhere(.read))
        // Events of all projects wait in one queue.
        case .webhooks: RouteRow(.get, "webhooks", .everywhere(.read))
        case .quarantine: RouteRow(.get, "projects/:project/quarantine", .here(.read))
        case .projectStorage: RouteRow(.get, "projects/:project/storage", .here(.read))
        case .history: RouteRow(.get, "projects/:project/history", .here(.read))
        case .misses: RouteRow(.get, "projects/:project/misses", .here(.read))
        case .builds: RouteRow(.get, "projects/:project/builds", .here(.read))
        case .repositories: RouteRow(.get, "projects/:project/repositories", .here(.read))
        case .image: RouteRow(.get, "projects/:project/image", .here(.read))
        case .scopes: RouteRow(.get, "projects/:project/scopes", .here(.read))
        case .scopeSteps: RouteRow(.get, "projects/:project/scopes/steps", .here(.read))
        }
    }
}

/// Routes by which administrators decide about images in quarantine, below `/api/v1`.
enum VerdictRoute: String, RouteTable {
    static let title = "verdict"

    case release, refuse

    var row: RouteRow {
        switch self {
        case .release: RouteRow(.post, "projects/:project/quarantine/release", .here(.admin))
        case .refuse: RouteRow(.post, "projects/:project/quarantine/refuse", .here(.admin))
        }
    }
}

/// Routes of the registry, below `/v2`; the first part of a repository's name is its project. `HEAD` goes where `GET` does.
/// What is mirrored from other registries, with `GET` alone, needs the right to read in any project.
enum RegistryRoute: String, RouteTable {
    static let title = "registry"

    case base, catalog, token, tokenForForm, tags, manifest, putManifest, deleteManifest, blob, deleteBlob, referrers
    case beginUpload, uploadStatus, continueUpload, finishUpload, cancelUpload

    var row: RouteRow {
        switch self {
        case .base: RouteRow(.get, "/", .known)
        // They look at what is shown themselves: it is what they are for.
        case .token: RouteRow(.get, "/token", .nothing)
        case .tokenForForm: RouteRow(.post, "/token", .nothing)
        case .catalog: RouteRow(.get, "/_catalog", .anywhere(.read))
        case .tags: RouteRow(.get, "/:name/tags/list", .here(.read))
        case .manifest: RouteRow(.get, "/:name/manifests/:reference", .here(.read))
        case .putManifest: RouteRow(.put, "/:name/manifests/:reference", .here(.write))
        case .deleteManifest: RouteRow(.delete, "/:name/manifests/:reference", .here(.delete))
        case .blob: RouteRow(.get, "/:name/blobs/:digest", .here(.read))
        case .deleteBlob: RouteRow(.delete, "/:name/blobs/:digest", .here(.delete))
        case .referrers: RouteRow(.get, "/:name/referrers/:digest", .here(.read))
        case .beginUpload: RouteRow(.post, "/:name/blobs/uploads", .here(.write))
        case .uploadStatus: RouteRow(.get, "/:name/blobs/uploads/:id", .here(.write))
        case .continueUpload: RouteRow(.patch, "/:name/blobs/uploads/:id", .here(.write))
        case .finishUpload: RouteRow(.put, "/:name/blobs/uploads/:id", .here(.write))
        case .cancelUpload: RouteRow(.delete, "/:name/blobs/uploads/:id", .here(.write))
        }
    }
}
