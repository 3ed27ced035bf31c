internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization

/// Builds the stages that the target needs, each once, those that do not need each other at the same time. Of a stage
/// only what is behind its last hit is built; a stage that nothing needs any more is not.
final class StageBuilds: Sendable {
    private let prepared: PreparedBuild
    private let lookup: GraphLookup
    private let claims: BuildClaims
    private let components: StepComponents
    private let executor: StepExecutor
    private let facts: ChainFacts
    private let tasks = Mutex<[Int: Task<StageResult, any Error>]>([:])
    private let finished = Mutex<Set<Int>>([])
    private let firstFailure = Mutex<(any Error)?>(nil)

    init(
        _ prepared: PreparedBuild, _ lookup: GraphLookup, _ claims: BuildClaims, _ components: StepComponents,
        _ executor: StepExecutor, _ facts: ChainFacts
    ) {
        self.prepared = prepared
        self.lookup = lookup
        self.claims = claims
        self.components = components
        self.executor = executor
        self.facts = facts
    }

    /// The filesystems that stages end with, which are built side by side.
    /// - Throws: why one cannot be built.
    func results(of stages: [Int]) async throws -> [StageResult] {
        for stage in stages { begin(stage) }
        var results: [StageResult] = []
        for stage in stages { results.append(try await result(of: stage)) }
        return results
    }

    /// The same once more, without any hit, since what one promised cannot be had; ``stop()`` comes before.
    /// - Returns: `nil` when there was no hit.
    /// - Throws: why one cannot be built.
    func results(of stages: [Int], distrusting error: BuildError) async throws -> [StageResult]? {
        guard executor.distrust(error) else { return nil }
        tasks.withLock { $0 = [:] }
        finished.withLock { $0 = [] }
        firstFailure.withLock { $0 = nil }
        return try await results(of: stages)
    }

    /// The filesystem that a stage ends with; it is built when there is no other way to have it.
    /// - Throws: why it cannot be built.
    func result(of stage: Int) async throws -> StageResult {
        try await withTaskCancellationHandler {
            try await begin(stage).value
        } onCancel: {
            cancel()
        }
    }

    /// Breaks off all that is being built, and waits until it has stopped.
    func stop() async {
        cancel()
        for task in tasks.withLock({ Array($0.values) }) { _ = try? await task.value }
    }

    /// Why the first stage that failed did; what else is being built is broken off.
    var failure: (any Error)? { firstFailure.withLock { $0 } }

    private func fail(_ error: any Error) {
        firstFailure.withLock { $0 = $0 ?? error }
        cancel()
    }

    private func cancel() {
        for task in tasks.withLock({ Array($0.values) }) { task.cancel() }
    }

    @discardableResult
    private func begin(_ stage: Int) -> Task<StageResult, any Error> {
        tasks.withLock { tasks in
            if let task = tasks[stage] { return task }
            let task = Task {
                do {
                    let result = try await self.build(stage)
                    self.finished.withLock { _ = $0.insert(stage) }
                    return result
                } catch {
                    self.fail(error)
                    throw error
                }
            }
            tasks[stage] = task
            return task
        }
    }

    private func build(_ stage: Int) async throws -> StageResult {
        let preparations = Preparations(facts.restorer)
        do {
            let result = try await build(stage, preparations)
            await preparations.end(cancelling: false)
            return result
        } catch {
            await preparations.end(cancelling: true)
            throw error
        }
    }

    private func build(_ stage: Int, _ preparations: Preparations) async throws -> StageResult {
        let nodes = prepared.graph.stages[stage]
        var next = nodes.lowerBound
        var result: StageResult?
        var asked = -1
        var isSecondTry = false
        while next < nodes.upperBound {
            try Task.checkCancellation()
            if let hit = lookup.deepestHit(in: next..<nodes.upperBound) {
                for node in next...hit.node { executor.skip(node) }
                result = StageResult(chain: hit.chain)
                next = hit.node + 1
                continue
            }
            if let claimed = lookup.deepestClaimed(in: next..<nodes.upperBound) {
                beginSources(of: claimed.node + 1..<nodes.upperBound)
                try await waitForOthers(claimed)
                continue
            }
            beginSources(of: next..<nodes.upperBound)
            do {
                if let layers = lookup.layers(next) {
                    result = executor.lay(layers, of: next, on: try await base(of: stage, after: result))
                    next += 1
                    continue
                }
                let sources = try await sources(of: next)
                // One of them may have asked the server, and so found out about this stage, too.
                if lookup.isAnswered(next..<nodes.upperBound) { continue }
                let isKeyed = try await isKeyed(next, sources)
                if !isKeyed, asked < next {
                    asked = next
                    try await learn(next, sources)
                    continue
                }
                var base = try await base(of: stage, after: result)
                try await executor.restore(for: next, base, sources)
                if !isKeyed { base.isTrusted = false }
                let isNeededHere = hasCommand(next + 1..<nodes.upperBound)
                if isNeededHere { preparations.begin(base.chain) }
                result = try await executor.execute(next, on: base, sources: sources, isNeededHere: isNeededHere)
                next += 1
            } catch let error as BuildError where error.isLoss && !isSecondTry {
                // The server promised what it cannot give: the stage begins anew, without its hits.
                isSecondTry = true
                distrust(error)
                (next, result) = (nodes.lowerBound, nil)
            }
        }
        if let result { return result }
        return try await base(of: stage)
    }

    /// Lets another build finish a step, and asks what there is then.
    private func waitForOthers(_ claimed: (node: Int, key: Digest, builder: String)) async throws {
        let name = prepared.name(of: prepared.graph.nodes[claimed.node])
        try await claims.wait(
            for: claimed.key, named: name, builder: claimed.builder, scopes: lookup.terms.scopes)
        await lookup.ask()
    }

    /// No hit is believed any more; stages that are done because of hits are to be built when they are needed again.
    private func distrust(_ error: BuildError) {
        executor.distrust(error)
        tasks.withLock { tasks in
            for stage in finished.withLock({ $0 }) { tasks[stage] = nil }
        }
    }

    private func base(of stage: Int, after result: StageResult?) async throws -> StageResult {
        if let result { return result }
        return try await base(of: stage)
    }

    private func base(of stage: Int) async throws -> StageResult {
        if case .stage(let other) = prepared.plan.stages[stage].base { return try await result(of: other) }
        return StageResult(chain: prepared.bases[stage]?.chain ?? [])
    }

    /// Stages that steps take files from are built beside this one.
    private func beginSources(of nodes: Range<Int>) {
        for node in nodes {
            for stage in sourceStages(of: node) { begin(stage) }
        }
    }

    private func hasCommand(_ nodes: Range<Int>) -> Bool {
        nodes.contains { node in
            if case .run = prepared.graph.nodes[node].step.operation { true } else { false }
        }
    }

    /// The stages that a step takes files from.
    private func sourceStages(of node: Int) -> Set<Int> {
        var stages: Set<Int> = []
        for case .paths(_, of: .stage(let stage)) in prepared.graph.nodes[node].inputs { stages.insert(stage) }
        return stages
    }

    private func sources(of node: Int) async throws -> [Int: StageResult] {
        var results: [Int: StageResult] = [:]
        for stage in sourceStages(of: node).sorted() { results[stage] = try await result(of: stage) }
        return results
    }

    // MARK: Keys

    /// Whether the key that the server told for a step is known, and made from what the step is going to read: a source
    /// may have been built anew here, or meanwhile by another runner with another result.
    private func isKeyed(_ index: Int, _ sources: [Int: StageResult]) async throws -> Bool {
        let (node, answer) = (prepared.graph.nodes[index], lookup[index])
        guard let key = answer.key, let parent = answer.parentKey else { return false }
        if sources.isEmpty { return true }
        var contents: [Digest] = []
        for input in node.inputs {
            switch input {
            case .content(let digest): contents.append(digest)
            case .paths(let paths, let source):
                let chain: [Digest] =
                    switch source {
                    case .stage(let stage): sources[stage]?.chain ?? []
                    case .image(let base): base.chain
                    }
                try await facts.restorer.restore(chain)
                // A path that is not there fails the step itself.
                guard let view = try await facts.restorer.view(of: chain),
                    let content = ContentKey.paths(paths, in: view)
                else { return true }
                components.add(paths, in: view, of: index)
                contents.append(content)
            }
        }
        return StepKey.step(op: node.operation.digest, parent: parent, inputs: contents) == key
    }

    /// Has everything built that the key of a step is made from, and asks the server again.
    private func learn(_ node: Int, _ sources: [Int: StageResult]) async throws {
        let id = prepared.graph.nodes[node].id
        if id.position == 0, case .stage(let base) = prepared.plan.stages[id.stage].base {
            _ = try await result(of: base)
        }
        for (stage, source) in sources { try await publish(stage, source) }
        await lookup.ask()
    }

    /// Tells the server what steps read from `stage`: computed here when the tables of contents of its layers are here,
    /// else by the server as soon as it has the layers.
    private func publish(_ stage: Int, _ result: StageResult) async throws {
        let graph = prepared.graph
        if let view = try await facts.restorer.view(of: result.chain) {
            for node in graph.nodes {
                for (position, input) in node.inputs.enumerated() {
                    guard case .paths(let paths, of: .stage(stage)) = input, let key = ContentKey.paths(paths, in: view)
                    else { continue }
                    lookup.add(content: key, of: InputID(step: node.id, position: position))
                }
            }
        } else if await facts.commits.areCommitted(result.chain), let last = graph.stages[stage].last {
            lookup.add(built: result.chain, of: last)
        }
    }
}

extension BuildError {
    /// Whether something that was promised could not be had.
    var isLoss: Bool { code == .server || code == .corrupt }
}
