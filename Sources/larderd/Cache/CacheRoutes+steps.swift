import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird

extension CacheRoutes {
    /// `POST …/lookup`: which steps of a graph need not be built. One turn on the store's threads for the whole graph,
    /// unless there is something to note for later.
    func lookup(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let project = access.project
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let (encoded, findings) = try await executor.run { [views, scopes, claims, metrics] store in
            let query: GraphQuery = try body.decoded()
            var lookup = GraphLookup(store: store, access: access, views: views, rules: scopes)
            var answer = try lookup.answer(query)
            // Between the look at the records and the claim another build may have recorded what is missed.
            if claims.assign(&answer, query, access) {
                answer = try lookup.answer(query)
                _ = claims.assign(&answer, query, access)
            }
            metrics?.count(answer, in: project)
            return (try JSONEncoder.cacheAPI.encode(answer), lookup.findings)
        }
        if let promotion = findings.promotions.values.first {
            RequestNotes.current?.note { ($0.scope, $0.promoted) = (promotion.into, findings.promotions.count) }
        }
        await note(findings, project)
        return .json(encoded: encoded)
    }

    /// Keeps what a look-up found out, all of it at the same time. A note that fails costs a later build time, no more.
    private func note(_ findings: GraphLookup.Findings, _ name: ProjectName) async {
        if findings.isEmpty { return }
        await withTaskGroup(of: Void.self) { group in
            for finding in findings.aliases {
                group.addTask {
                    _ = try? await executor.run { store in
                        guard let project = try store.project(name) else { return }
                        try store.putAlias(finding.alias, of: finding.source, paths: finding.paths, project: project)
                    }
                }
            }
            for (key, promotion) in findings.promotions {
                group.addTask {
                    _ = try? await executor.run { store in
                        guard let project = try store.project(name) else { return }
                        try store.promote(key, from: promotion.from, into: promotion.into, project: project) {
                            sealer?.seal(&$0, in: name)
                        }
                    }
                }
            }
        }
    }

    /// `POST …/steps`: keeps the record of a step, and then, all at the same time, what is noted beside it.
    func record(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let name = access.project
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let author = RequestNotes.author(at: Int64(clamping: WallClock.seconds))
        let (record, project, isWritten) = try await executor.run { [sealer, notes = RequestNotes.current] store in
            var record: StepRecord = try body.decoded()
            notes?.note { [record] in ($0.scope, $0.reference) = (record.scope, "\(record.key)") }
            (record.author, record.seal) = (author, nil)
            try record.checkSignature(in: name)
            sealer?.seal(&record, in: name)
            try record.validate()
            try access.requireWriting(record.scope)
            let project = try store.makeProject(name, unlessLacking: !record.chain.isEmpty)
            let secret = try ComponentSecret(of: project, in: store)
            record.components = record.components.map(secret.sealed)
            return (record, project, try store.putStep(record, project: project))
        }
        claims.release(record, name)
        guard isWritten else { return Response(status: .ok) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for note in notes(on: record, project, isKnown: access.isKnown) {
                group.addTask { try await executor.run(note) }
            }
            try await group.waitForAll()
        }
        return Response(status: .created)
    }

    private func notes(
        on record: StepRecord, _ project: ProjectID, isKnown: Bool
    ) -> [@Sendable (Store) throws -> Void] {
        var notes: [@Sendable (Store) throws -> Void] = [
            { try Lineage(store: $0, project: project).noteStep(record) },
            { [views] in try $0.noteAliases(of: record, views, project: project) },
        ]
        for place in record.lineage {
            notes.append { try StepLedger(store: $0, project: project).note(record, in: place) }
        }
        if scopes.isTrusted(record.scope) {
            notes.append {
                try StepLedger(store: $0, project: project).note(record.scope, of: record.key, isKnown: isKnown)
            }
        }
        return notes
    }
}
