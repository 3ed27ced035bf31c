import CacheAPI
import ChunkStore
import Chunking

/// Looks a graph up in the store, and gathers what is to be noted afterwards. All calls block.
struct GraphLookup {
    /// What a look-up found out that later ones may use.
    struct Findings: Sendable {
        /// What the result of a step holds at paths.
        struct Alias: Sendable {
            let alias: StepAlias
            let source: SourceStep
            let paths: [String]
        }

        /// Where a record is to be taken over.
        struct Promotion: Sendable {
            let from: ScopeName
            let into: ScopeName
        }

        var aliases: [Alias] = []
        /// By step key.
        var promotions: [Digest: Promotion] = [:]

        var isEmpty: Bool { aliases.isEmpty && promotions.isEmpty }
    }

    let store: Store
    let name: ProjectName
    let views: ChainViews
    let rules: ScopeRules
    private(set) var findings = Findings()

    init(store: Store, name: ProjectName, views: ChainViews, rules: ScopeRules) {
        self.store = store
        self.name = name
        self.views = views
        self.rules = rules
    }

    /// The answer to `query`.
    /// - Throws: ``APIFailure`` `badRequest`; `StoreError`.
    mutating func answer(_ query: GraphQuery) throws -> GraphAnswer {
        guard let project = try store.project(name) else {
            return try GraphEvaluator(
                record: { _, _ in nil }, hasLayer: { _ in false }, contentKey: { _, _, _ in nil }
            ).answer(query)
        }
        var aliases: [Findings.Alias] = []
        var evaluator = GraphEvaluator(
            record: { [store] in try store.step($1, scope: $0, project: project) },
            hasLayer: { [store] in try store.hasLayer($0, project: project) },
            contentKey: { [store, views] paths, chain, source in
                let found = try views.contentKey(
                    of: paths, in: chain, source: source, project: project, store: store)
                if let found, found.isNew, let source {
                    let alias = StepAlias(content: found.key, chain: chain)
                    aliases.append(Findings.Alias(alias: alias, source: source, paths: paths))
                }
                return found?.key
            })
        evaluator.alias = { [store] in try store.alias(of: $0, paths: $1, project: project) }
        if let own = query.scopes.first, !rules.promotions.isEmpty {
            evaluator.promoted = { [self] in try promoted($0, into: own, project) }
        }
        let answer = try evaluator.answer(query)
        findings.aliases = aliases
        for step in answer.steps {
            guard let key = step.key, let from = step.scope, let into = query.scopes.first,
                !query.scopes.contains(from)
            else { continue }
            findings.promotions[key] = Findings.Promotion(from: from, into: into)
        }
        return answer
    }

    /// What a scope that `own` trusts has recorded.
    private func promoted(_ key: Digest, into own: ScopeName, _ project: ProjectID) throws -> StepRecord? {
        for scope in try StepLedger(store: store, project: project).scopes(of: key) where rules.trusts(scope, in: own) {
            if let record = try store.step(key, scope: scope, project: project) { return record }
        }
        return nil
    }
}
