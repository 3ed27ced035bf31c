import Access
import CacheAPI
import ChunkStore
import Hummingbird

extension CacheRoutes {
    /// `POST …/outcomes`: notes how a build ended. What comes from a project that nothing was ever stored in is not kept.
    func noteOutcome(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let identity = access.isKnown ? "\(access.check.identity)" : nil
        try await executor.run { [history, metrics, claims] store in
            let report = try (body.decoded() as OutcomeReport).bounded()
            claims.end(report.id, access.project)
            guard let project = try store.project(access.project) else { return }
            metrics?.count(report, in: access.project, isDefault: report.scope == access.check.policy.defaultScope)
            let saved = try report.savedBytes(in: project, of: store) { access.reads($0) }
            history?.add(
                report, savedBytes: saved, identity: identity, to: access.project,
                at: Int64(clamping: WallClock.seconds))
        }
        return Response(status: .noContent)
    }
}

extension OutcomeReport {
    /// How long the last layers of the hits are, as far as they are recorded in the build's own scope. Bytes.
    fileprivate func savedBytes(
        in project: ProjectID, of store: Store, reads: (ScopeName) -> Bool
    ) throws -> UInt64 {
        guard reads(scope) else { return 0 }
        var sum: UInt64 = 0
        for step in steps where step.verdict == .hit {
            guard let key = step.key, let record = try store.step(key, scope: scope, project: project),
                let layer = record.chain.last
            else { continue }
            sum += try store.blob(layer, in: project)?.size ?? 0
        }
        return sum
    }
}
