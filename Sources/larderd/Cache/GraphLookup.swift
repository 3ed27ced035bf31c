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
    let access: ProjectAccess
    let views: ChainViews
    let rules: ScopeRules
    private(set) var findings = Findings()

    init(store: Store, access: ProjectAccess, views: ChainViews, rules: ScopeRules) {
        self.store = store
        self.access = access
        self.views = views
        self.rules = rules
    }

    /// The answer to `query`. Scopes that are not read are as if nothing were recorded in them.
    /// - Throws: ``APIFailure`` `badRequest`; `StoreError`.
    mutating func answer(_ query: GraphQuery) throws -> GraphAnswer {
        guard let project = try store.project(access.project) else {
            return try GraphEvaluator(
                record: { _, _ in nil }, hasLayer: { _ in false }, contentKey: { _, _, _ in nil }
            ).answer(query)
        }
        var aliases: [Findings.Alias] = []
        var evaluator = GraphEvaluator(
            record: { [store, access] scope, key in
                access.reads(scope) ? try store.step(key, scope: scope, project: project) : nil
            },
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
        evaluator.alias = { [store, access] source, paths in
            access.reads(source.scope) ? try store.alias(of: source, paths: paths, project: project) : nil
        }
        if let own = query.scopes.first, !rules.promotions.isEmpty, access.reads(own) {
            evaluator.promoted = { [self] in try promoted($0, into: own, project) }
        }
        let answer = try evaluator.answer(query)
        findings.aliases = aliases
        for step in answer.steps {
            guard let key = step.key, let from = step.scope, let into = query.scopes.first,
                !query.scopes.contains(from), access.writes(into)
            else { continue }
            findings.promotions[key] = Findings.Promotion(from: from, into: into)
        }
        return answer
    }

    /// What a scope that `own` trusts has recorded, by a writer whose grant had that scope; anybody's on a server that is
    /// open to everybody.
    private func promoted(_ key: Digest, into own: ScopeName, _ project: ProjectID) throws -> StepRecord? {
        let ledger = StepLedger(store: store, project: project)
        let scopes = try ledger.scopes(of: key, isKnown: true)
        let others = access.isKnown ? [] : try ledger.scopes(of: key, isKnown: false)
        for scope in scopes + others where rules.trusts(scope, in: own) {
            if let record = try store.step(key, scope: scope, project: project) { return record }
        }
        return nil
    }
}
