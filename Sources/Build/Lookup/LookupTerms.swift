internal import CacheAPI
internal import Dockerfile

/// How a build looks its steps up, the same each time it asks.
struct LookupTerms: Sendable {
    /// The scopes to look in; the first is the build's own.
    var scopes: [ScopeName]
    /// The places in the graph of steps that are built whatever is recorded.
    var renewed: [Int] = []
    /// Only records made since count. Seconds since 1970.
    var oldest: Int64?
    /// Whose records count; `nil` for all.
    var verification: RecordVerification?
    /// Whose they are.
    var project = ProjectName.default
    /// Whether to be told who stands for hits.
    var wantsProofs = false
}

extension LookupTerms {
    /// Those of a request.
    /// - Parameter now: seconds since 1970.
    init(_ request: BuildRequest, _ prepared: PreparedBuild, now: Int64) {
        var scopes = [request.scope]
        for scope in request.baseScopes where !scopes.contains(scope) { scopes.append(scope) }
        self.scopes = scopes
        oldest = request.recordAgeMaximum.map { now - $0 }
        verification = request.verification
        project = request.project
        wantsProofs = verification != nil
        let stages = request.renewedStages.map { $0.lowercased() }
        renewed = prepared.graph.nodes.indices.filter { index in
            request.ignoresCache
                || stages.contains(prepared.plan.stages[prepared.graph.nodes[index].id.stage].name.lowercased())
        }
    }
}
