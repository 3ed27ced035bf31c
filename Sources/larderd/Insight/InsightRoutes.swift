import Access
import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird
import OCI

/// What the dashboard shows, as JSON below `/api/v1`: what builds have come to, what would help most, what is stored. Nothing of
/// it scans what is stored: it is summed up when it happens, or read a page at a time.
struct InsightRoutes: Sendable {
    let executor: StoreExecutor
    let history: BuildHistory
    let claims: StepClaims
    /// Who is told of what happens; `nil` for nobody.
    var webhooks: Webhooks?
    /// What holds images; `nil` for nothing.
    var gate: ScanGate?

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        router.group("/api/v1").add(InsightRoute.self) { try await answer($0, $1, $2) }
    }

    private func answer(
        _ route: InsightRoute, _ request: Request, _ context: LarderRequestContext
    ) async throws -> Response {
        let query = InsightQuery(request.uri)
        let check = context.access
        let now = Int64(clamping: WallClock.seconds)
        guard case .here = route.row.need else {
            return try await executor.run { [self] store in
                if route == .webhooks { return try Self.json(webhooks?.report() ?? WebhooksReport(webhooks: [])) }
                if route == .storage {
                    return try Self.json(ServerStorageAnswer(store.statistics(), store.load()))
                }
                return try Self.json(try projects(check, store, now))
            }
        }
        let access = ProjectAccess(project: try context.project(), check: check)
        // Nobody is shown here what they could not fetch.
        if route == .image {
            try await gate?.check(query.reference(), in: query.repository(of: access.project), check)
        }
        return try await executor.run { [self] in try answer(route, query, access, $0, now) }
    }

    private func answer(
        _ route: InsightRoute, _ query: InsightQuery, _ access: ProjectAccess, _ store: Store, _ now: Int64
    ) throws -> Response {
        let name = access.project
        guard let project = try store.project(name) else {
            throw APIFailure(.notFound, "There is nothing in project \(name) yet: no build has stored anything there.")
        }
        switch route {
        case .projects, .storage, .webhooks: throw APIFailure(.notFound, "There is nothing at this path.")
        case .quarantine:
            let all = gate?.keeper.quarantine.all ?? []
            return try Self.json(all.filter { ProjectName(owning: $0.key.repository) == name })
        case .projectStorage:
            let statistics = try store.statistics().projects.first { $0.name == name.description }
            return try Self.json(StorageAnswer(statistics ?? Statistics.Project()))
        case .history:
            let (count, isHourly) = try query.spans()
            return try Self.json(
                HistoryAnswer(history.history(of: name), count: count, isHourly: isHourly, now: now))
        case .misses: return try Self.json(MissesAnswer(history.history(of: name), now: now) { access.reads($0) })
        case .builds:
            let ended = history.history(of: name).builds.filter { ScopeName($0.scope).map(access.reads) ?? false }
            return try Self.json(BuildsAnswer(running: claims.running(in: name) { access.reads($0) }, ended: ended))
        case .repositories:
            return try Self.json(RepositoriesAnswer(of: project, in: store, after: query["after"]))
        case .image:
            let repository = Repository(try query.repository(of: name), project: project, store: store)
            return try Self.json(ImageAnswer(try query.reference(), in: repository))
        case .scopes: return try Self.json(ScopesAnswer(of: project, in: store, history.history(of: name), access))
        case .scopeSteps:
            let scope = try query.scope()
            guard access.reads(scope) else { throw APIFailure(.notFound, "There is no scope '\(scope)' here.") }
            return try Self.json(ScopeStepsAnswer(scope, of: project, in: store, after: try query.after()))
        }
    }

    private func projects(_ check: AccessCheck, _ store: Store, _ now: Int64) throws -> ProjectsAnswer {
        // Projects that only the server uses have names that clients' projects cannot have.
        let readable = try store.statistics().projects.compactMap { statistics in
            ProjectName(statistics.name).flatMap { name in
                check.allows(.project(name, .read)) ? (name: name, statistics: statistics) : nil
            }
        }
        return ProjectsAnswer(
            projects: readable.prefix(BuildHistory.projectsMaximum).map { project in
                ProjectsAnswer.Project(project.statistics, history.history(of: project.name), now: now)
            },
            hasMore: readable.count > BuildHistory.projectsMaximum, readsAll: check.allows(.everyProject(.read)),
            identity: "\(check.identity)", version: LarderdCommand.version)
    }

    /// Two answers that say the same are the same bytes.
    private static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder.cacheAPI
        encoder.outputFormatting.insert(.sortedKeys)
        var response = Response.json(encoded: try encoder.encode(value))
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
