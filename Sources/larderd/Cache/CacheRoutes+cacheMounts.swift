import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird

/// What mounts of type cache hold is kept like the step of a build: its record keeps the layer, is touched when it is
/// found, and is evicted when it was not used for longest.
extension CacheRoutes {
    /// `POST …/cache-mounts/find`: the layer that was stored last, in the first scope that has one.
    func findCacheMount(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let answer = try await executor.run { store in
            let query: CacheMountQuery = try body.decoded()
            guard (1...Limits.scopes).contains(query.scopes.count) else {
                throw APIFailure(.badRequest, "A query names 1 to \(Limits.scopes) scopes.")
            }
            guard let project = try store.project(access.project) else { return CacheMountAnswer(layer: nil) }
            let key = StepKey.cacheMount(query.key)
            for scope in query.scopes where access.reads(scope) {
                guard let layer = try store.step(key, scope: scope, project: project)?.chain.first,
                    try store.hasLayer(layer, project: project)
                else { continue }
                return CacheMountAnswer(layer: layer)
            }
            return CacheMountAnswer(layer: nil)
        }
        return try .json(answer)
    }

    /// `POST …/cache-mounts`: keeps a layer as what a mount holds.
    func keepCacheMount(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let author = RequestNotes.author(at: Int64(clamping: WallClock.seconds))
        try await executor.run { [sealer, notes = RequestNotes.current] store in
            let mount: CacheMountRecord = try body.decoded()
            let key = StepKey.cacheMount(mount.key)
            notes?.note { ($0.scope, $0.reference) = (mount.scope, "\(key)") }
            var record = StepRecord(
                key: key, parent: key, chain: [mount.layer], components: [], instruction: "cache mount \(mount.id)",
                seconds: 0, created: mount.created, scope: mount.scope, writer: mount.writer, replaces: true,
                author: author)
            try record.validate()
            try access.requireWriting(mount.scope)
            sealer?.seal(&record, in: access.project)
            let project = try store.makeProject(access.project, unlessLacking: true)
            _ = try store.putStep(record, project: project)
            // Most of it is what the last one had.
            try Lineage(store: store, project: project).noteStep(record)
        }
        return Response(status: .created)
    }
}
