import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird

extension CacheRoutes {
    /// `POST …/explain`: what was recorded before in the place of steps that were missed.
    func explain(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let answer = try await executor.run { store in
            let query: ExplainQuery = try body.decoded()
            try query.validate()
            return try JSONEncoder.cacheAPI.encode(try Self.explain(query, access, store))
        }
        return .json(encoded: answer)
    }

    private static func explain(
        _ query: ExplainQuery, _ access: ProjectAccess, _ store: Store
    ) throws -> ExplainAnswer {
        guard let project = try store.project(access.project) else {
            return ExplainAnswer(steps: query.steps.map { _ in ExplainAnswer.Step(nearest: nil) })
        }
        let secret = try ComponentSecret(of: project, in: store)
        let ledger = StepLedger(store: store, project: project)
        let explainer = MissExplainer(
            trail: { try ledger.trail(at: $0).filtered(by: access.reads) },
            record: { try store.wholeStep($1, scope: $0, project: project) })
        return ExplainAnswer(
            steps: try query.steps.map { step in
                var step = step
                step.components = step.components.map(secret.sealed)
                return try explainer.answer(step)
            })
    }
}

extension ExplainQuery {
    /// - Throws: ``APIFailure`` `badRequest`.
    fileprivate func validate() throws {
        guard steps.count <= Self.stepsMaximum else {
            throw APIFailure(
                .badRequest, "A query names at most \(Self.stepsMaximum) steps, not \(steps.count).")
        }
        for step in steps where step.components.count > Limits.components {
            throw APIFailure(.badRequest, "A step has at most \(Limits.components) components.")
        }
    }
}
