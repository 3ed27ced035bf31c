import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI

@testable import larderd

/// A request for a route, and who may send it. Every route of the tables has one: these switches do not compile without.
struct RouteSample: Sendable {
    let title: String
    let method: HTTPMethod
    let path: String
    var body: [UInt8]?
    var contentType: String?
    /// Who gets what it asks for.
    let allowed: Set<Role>
    /// What whoever has no right in its project is told.
    var absence: UInt = 404

    private static let readers: Set<Role> = [.read, .write, .job, .wrongScope, .admin, .both]
    private static let writers: Set<Role> = [.write, .job, .wrongScope, .admin, .both]
    private static let mainWriters: Set<Role> = [.write, .job, .admin, .both]
    private static let deleters: Set<Role> = [.delete, .admin, .both]

    private static let digest = Digest(hashing: [1])

    /// Those for all routes that name a project.
    static func all(in project: ProjectName) throws -> [RouteSample] {
        try CacheRoute.allCases.map { try sample(of: $0, in: project) }
            + InsightRoute.allCases.filter { ![.storage, .webhooks].contains($0) }.map { sample(of: $0, in: project) }
            + VerdictRoute.allCases.map { sample(of: $0, in: project) }
            + RegistryRoute.allCases.map { sample(of: $0, in: project) }
    }

    static func sample(of route: ServerRoute) -> RouteSample {
        switch route {
        case .health:
            RouteSample(title: "health", method: .GET, path: "/healthz", allowed: Set(Role.allCases))
        case .metrics:
            RouteSample(title: "metrics", method: .GET, path: "/metrics", allowed: [.both], absence: 403)
        }
    }

    static func sample(of route: PageRoute) -> RouteSample {
        RouteSample(title: route.rawValue, method: .GET, path: route.row.path, allowed: Set(Role.allCases))
    }

    static func sample(of route: InsightRoute, in project: ProjectName) -> RouteSample {
        let below = "/api/v1/projects/\(project)"
        func sample(_ path: String, _ allowed: Set<Role> = readers, absence: UInt = 404) -> RouteSample {
            RouteSample(title: route.rawValue, method: .GET, path: path, allowed: allowed, absence: absence)
        }
        return switch route {
        case .projects: sample("/api/v1/projects", readers.union([.otherProject, .bank]))
        case .storage: sample("/api/v1/storage", [.both], absence: 403)
        case .webhooks: sample("/api/v1/webhooks", [.both], absence: 403)
        case .quarantine: sample("\(below)/quarantine")
        case .projectStorage: sample("\(below)/storage")
        case .history: sample("\(below)/history?days=7")
        case .misses: sample("\(below)/misses")
        case .builds: sample("\(below)/builds")
        case .repositories: sample("\(below)/repositories")
        case .image: sample("\(below)/image?repository=\(project)/app&reference=latest")
        case .scopes: sample("\(below)/scopes")
        case .scopeSteps: sample("\(below)/scopes/steps?scope=main")
        }
    }

    static func sample(of route: VerdictRoute, in project: ProjectName) -> RouteSample {
        RouteSample(
            title: route.rawValue, method: .POST, path: "/api/v1/projects/\(project)/quarantine/\(route.rawValue)",
            body: Array(#"{"image":"\#(project)/app@\#(digest)"}"#.utf8), contentType: "application/json",
            allowed: [.admin, .both])
    }

    private static func json(
        _ route: CacheRoute, _ path: String, _ value: some Encodable, _ allowed: Set<Role>
    ) throws -> RouteSample {
        RouteSample(
            title: route.rawValue, method: .POST, path: path, body: [UInt8](try JSONEncoder().encode(value)),
            allowed: allowed)
    }

    static func sample(of route: CacheRoute, in project: ProjectName) throws -> RouteSample {
        switch route {
        case .resolve:
            try json(route, CachePath.resolve(project), ResolveQuery(images: [], refresh: false), readers)
        case .assemble:
            try json(
                route, CachePath.images(project), AssembleRequest(names: ["\(project)/app:latest"], config: "{}"),
                mainWriters)
        case .lookup:
            try json(route, CachePath.lookup(project), GraphQuery(scopes: [.main], steps: []), readers)
        case .explain:
            try json(route, CachePath.explain(project), ExplainQuery(scopes: [.main], steps: []), readers)
        case .waitForClaim:
            try json(
                route, CachePath.claimWait(project), ClaimWait(key: digest, scopes: [.main], id: "b", seconds: 0),
                readers)
        case .renewClaims: try json(route, CachePath.claimRenewal(project), ClaimRenewal(id: "b"), writers)
        case .releaseClaims: try json(route, CachePath.claimRelease(project), ClaimRelease(id: "b"), writers)
        case .record: try json(route, CachePath.steps(project), record, mainWriters)
        case .noteOutcome:
            try json(
                route, CachePath.outcomes(project),
                OutcomeReport(
                    id: "b", writer: "w", scope: .main, subject: "s", isDone: true, seconds: 1, sent: 0, received: 0,
                    steps: []), readers)
        case .findCacheMount:
            try json(
                route, CachePath.cacheMountQuery(project), CacheMountQuery(scopes: [.main], key: digest), readers)
        case .keepCacheMount:
            try json(
                route, CachePath.cacheMounts(project),
                CacheMountRecord(
                    key: digest, layer: digest, scope: .main, id: "m", created: 1_700_000_000, writer: "w"),
                mainWriters)
        case .missingChunks: bytes(route, .POST, CachePath.missingChunks(project), digest.rawBytes, writers)
        case .fetchChunks: bytes(route, .POST, CachePath.fetchChunks(project), digest.rawBytes, readers)
        case .takeFrames: bytes(route, .POST, CachePath.frames(project), [], writers)
        case .commitLayer: bytes(route, .PUT, CachePath.layer(project, digest), [1], writers)
        case .layer: bytes(route, .GET, CachePath.layer(project, digest), nil, readers)
        case .queryChain:
            try json(route, CachePath.chainQuery(project), ChainQuery(chain: [digest], paths: ["a"]), readers)
        case .file: try json(route, CachePath.chainFile(project), FileQuery(chain: [digest], path: "a"), readers)
        }
    }

    private static var record: StepRecord {
        StepRecord(
            key: digest, parent: digest, chain: [], components: [], instruction: "RUN make", seconds: 1,
            created: 1_700_000_000, scope: .main, writer: "w", replaces: false)
    }

    private static func bytes(
        _ route: CacheRoute, _ method: HTTPMethod, _ path: String, _ body: [UInt8]?, _ allowed: Set<Role>
    ) -> RouteSample {
        RouteSample(title: route.rawValue, method: method, path: path, body: body, allowed: allowed)
    }

    static func sample(of route: RegistryRoute, in project: ProjectName) -> RouteSample {
        let repository = "/v2/\(project)/app"
        let known = Set(Role.allCases.filter(\.isKnown))
        func sample(
            _ method: HTTPMethod, _ path: String, _ allowed: Set<Role>, body: [UInt8]? = nil, absence: UInt = 404
        ) -> RouteSample {
            RouteSample(
                title: route.rawValue, method: method, path: path, body: body,
                contentType: body == nil ? nil : MediaType.index, allowed: allowed, absence: absence)
        }
        return switch route {
        case .base: sample(.GET, "/v2/", known)
        case .token: sample(.GET, "/v2/token?service=x&scope=repository:shop/app:pull", known)
        case .tokenForForm: sample(.POST, "/v2/token", known, body: Array("service=x".utf8))
        case .catalog: sample(.GET, "/v2/_catalog", readers.union([.otherProject, .bank]))
        case .tags: sample(.GET, "\(repository)/tags/list", readers)
        case .manifest: sample(.GET, "\(repository)/manifests/latest", readers)
        case .putManifest: sample(.PUT, "\(repository)/manifests/latest", mainWriters, body: emptyIndex)
        case .deleteManifest: sample(.DELETE, "\(repository)/manifests/gone", deleters)
        case .blob: sample(.GET, "\(repository)/blobs/\(digest)", readers)
        case .deleteBlob: sample(.DELETE, "\(repository)/blobs/\(digest)", deleters.union([.deleteBranch]))
        // A list of nothing.
        case .referrers: sample(.GET, "\(repository)/referrers/\(digest)", readers, absence: 200)
        case .beginUpload: sample(.POST, "\(repository)/blobs/uploads/", writers)
        case .uploadStatus: sample(.GET, "\(repository)/blobs/uploads/none", writers)
        case .continueUpload: sample(.PATCH, "\(repository)/blobs/uploads/none", writers, body: [1])
        case .finishUpload: sample(.PUT, "\(repository)/blobs/uploads/none?digest=\(digest)", writers, body: [])
        case .cancelUpload: sample(.DELETE, "\(repository)/blobs/uploads/none", writers)
        }
    }

    /// An index of nothing, which needs nothing to be there.
    private static let emptyIndex = Array(
        #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#.utf8)
}
