import CacheAPI
import ChunkStore
import FoundationEssentials
import Hummingbird

extension CacheRoutes {
    /// `POST …/lookup`: which steps of a graph need not be built. One turn on the store's threads for the whole graph.
    func lookup(_ request: Request, in project: ProjectName) async throws -> Response {
        let body = try await request.bytes(upTo: CacheLimits.jsonBytes)
        let answer = try await executor.run { [views] store in
            let query: GraphQuery = try body.decoded()
            let answer = try Self.evaluator(project, store, views).answer(query)
            return try JSONEncoder.cacheAPI.encode(answer)
        }
        return .json(encoded: answer)
    }

    /// `POST …/steps`: keeps the record of a step.
    func record(_ request: Request, in project: ProjectName) async throws -> Response {
        let body = try await request.bytes(upTo: CacheLimits.jsonBytes)
        let written = try await executor.run { store in
            let record: StepRecord = try body.decoded()
            try record.validate()
            let project = try store.makeProject(project, unlessLacking: !record.chain.isEmpty)
            let isWritten = try store.putStep(record, project: project)
            if isWritten { try Lineage(store: store, project: project).noteStep(record) }
            return isWritten
        }
        return Response(status: written ? .created : .ok)
    }

    private static func evaluator(_ name: ProjectName, _ store: Store, _ views: ChainViews) throws -> GraphEvaluator {
        guard let project = try store.project(name) else {
            return GraphEvaluator(record: { _, _ in nil }, hasLayer: { _ in false }, contentKey: { _, _ in nil })
        }
        return GraphEvaluator(
            record: { try store.step($1, scope: $0, project: project) },
            hasLayer: { try store.hasLayer($0, project: project) },
            contentKey: { try views.contentKey(of: $0, in: $1, project: project, store: store) })
    }
}
