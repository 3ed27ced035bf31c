internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import OCI
internal import SystemPackage

/// Executes single steps, notes what became of them and has them recorded.
struct StepExecutor: Sendable {
    let prepared: PreparedBuild
    let lookup: GraphLookup
    let log: StepLog
    let recorder: StepRecorder
    let claims: BuildClaims
    let reasons: MissReasons
    let progress: ProgressLog
    let run: RunStep
    let copy: CopyStep
    let workdir: WorkdirStep
    let foreign: ForeignPrograms
    /// The Dockerfile's name for messages.
    let file: String
    /// How many commands run at once.
    let turns: TaskLimit

    /// What a step made.
    private struct Made: Sendable {
        var layer: Digest?
        var isTrusted = true
    }

    /// Executes the step at `index` of the graph.
    /// - Parameters:
    ///   - sources: the filesystems of the stages that it takes files from.
    ///   - isNeededHere: whether a command of its stage is going to run on it.
    /// - Throws: what went wrong, with the place in the Dockerfile.
    func execute(
        _ index: Int, on base: StageResult, sources: [Int: StageResult], isNeededHere: Bool
    ) async throws -> StageResult {
        let node = prepared.graph.nodes[index]
        let task = progress.begin(prepared.name(of: node))
        let (start, timer) = (ContinuousClock.now, CommandTimer())
        claims.begin(lookup[index].key)
        reasons.tell(index, task)
        do {
            let made = try await make(node, on: base, sources: sources, isNeededHere: isNeededHere, task, timer)
            let seconds = Clock.seconds(since: start)
            task.end(.done)
            return note(index, made, on: base, seconds: seconds, commandSeconds: timer.seconds)
        } catch {
            let isCancelled = error is CancellationError || Task.isCancelled
            claims.giveUp(lookup[index].key)
            log[index] = StepLog.Entry(
                verdict: .failed, seconds: Clock.seconds(since: start), commandSeconds: timer.seconds)
            task.end(isCancelled ? .cancelled : .failed)
            if isCancelled { throw CancellationError() }
            throw Self.located(await foreign.explained(error, node), node, in: file)
        }
    }

    /// Has on this runner what the step at `index` needs of `base`.
    /// - Throws: `server`, `corrupt` when a layer cannot be had; `notPermitted`, `io`.
    func restore(for index: Int, _ base: StageResult, _ sources: [Int: StageResult]) async throws {
        let node = prepared.graph.nodes[index]
        guard case .run(_) = node.step.operation else { return }
        var chains = [base.chain] + sources.values.map(\.chain)
        for case .paths(_, of: .image(let image)) in node.inputs { chains.append(image.chain) }
        try await run.maker.restorer.restore(chains.flatMap(\.self))
    }

    /// Takes no step from the cache any more, and has records replaced that promised too much.
    /// - Returns: whether some could be taken before.
    @discardableResult
    func distrust(_ error: BuildError) -> Bool {
        recorder.replace()
        guard lookup.ignoreHits() else { return false }
        progress.warn("\(error.description) What stands on it is built again.")
        return true
    }

    /// Notes that the step at `index` need not be built.
    func skip(_ index: Int) {
        let answer = lookup[index]
        log.hit(index, answer)
        progress.hit(prepared.name(of: prepared.graph.nodes[index]), saved: answer.seconds ?? 0)
    }

    /// Notes that the layers of a linked step need not be made, and lays them on `base`.
    func lay(_ layers: [Digest], of index: Int, on base: StageResult) -> StageResult {
        let answer = lookup[index]
        let result = StageResult(chain: base.chain + layers, isTrusted: base.isTrusted)
        log[index] = StepLog.Entry(
            verdict: .hit, chain: result.chain, created: answer.created, saved: answer.seconds ?? 0)
        progress.hit(prepared.name(of: prepared.graph.nodes[index]), saved: answer.seconds ?? 0)
        return result
    }

    private func make(
        _ node: StepGraph.Node, on base: StageResult, sources: [Int: StageResult], isNeededHere: Bool,
        _ task: ProgressTask, _ timer: CommandTimer
    ) async throws -> Made {
        switch node.step.operation {
        case .run(let operation):
            let files = try operation.mounts.compactMap(\.source).enumerated().map { position, source in
                try mountedFiles(source, InputID(step: node.id, position: position), sources)
            }
            try await foreign.check(node)
            let made = try await turns.run {
                try await run.run(operation, in: base.chain, files: files, task, timer)
            }
            warn(of: made.changed)
            // Where all files belong to one user a command may make something else than elsewhere.
            let isTrusted = made.changed.isEmpty && RootlessMode.lack == nil
            return Made(layer: made.layer, isTrusted: isTrusted)
        case .copy(let operation):
            var (sources, areCovered) = try await self.sources(of: operation, node.id, sources)
            // What is linked is the same on every base.
            let time = operation.isLinked ? PreparedBuild.earliestTime : prepared.baseTime(of: node.id.stage)
            sources += operation.documents.map { CopySource($0, time: time) }
            let made = try await copy.run(operation, sources, in: base.chain, isNeededHere: isNeededHere)
            warn(of: made.changed)
            return Made(layer: made.layer, isTrusted: areCovered && made.changed.isEmpty)
        case .workdir(let operation):
            let time = prepared.baseTime(of: node.id.stage)
            return Made(layer: try await workdir.run(operation, in: base.chain, time: time))
        }
    }

    private func sources(
        of operation: CopyOperation, _ id: StepID, _ stages: [Int: StageResult]
    ) async throws -> (sources: [CopySource], areCovered: Bool) {
        switch operation.source {
        case .context, .directory:
            var sources: [CopySource] = []
            for found in prepared.contents[InputID(step: id, position: 0)]?.sources ?? [] {
                switch found {
                case .files(var source):
                    source.isUnpacked = operation.unpacking != .nothing
                    sources.append(source)
                case .remote(let item, _):
                    var source = try await prepared.remotes.source(of: item)
                    source.isUnpacked = operation.unpacking == .everything
                    sources.append(source)
                }
            }
            return (sources, true)
        case .stage(let number):
            let name = "the stage \(prepared.plan.stages[number].name)"
            return try await copy.sources(of: operation, in: stages[number]?.chain ?? [], named: name)
        case .image(let name, let platform):
            return try await copy.sources(
                of: operation, in: prepared.chain(ofImage: name, platform), named: "the image \(name)")
        }
    }

    /// What a mount of a RUN shows.
    private func mountedFiles(
        _ source: (root: CopyOperation.Source, path: String), _ id: InputID, _ stages: [Int: StageResult]
    ) throws(BuildError) -> MountedFiles {
        switch source.root {
        case .context, .directory:
            guard let found = prepared.contents[id] else {
                throw BuildError(.io, "\(source.path) of the build context was not looked at.")
            }
            return .context(found)
        case .stage(let number):
            let name = "the stage \(prepared.plan.stages[number].name)"
            return .chain(stages[number]?.chain ?? [], path: source.path, name: name)
        case .image(let name, let platform):
            return .chain(prepared.chain(ofImage: name, platform), path: source.path, name: "the image \(name)")
        }
    }

    private func warn(of changed: [LayerPath]) {
        for path in changed {
            progress.warn("\(path) changed while it was copied; the step and those on it are not recorded.")
        }
    }

    private func note(
        _ index: Int, _ made: Made, on base: StageResult, seconds: Double, commandSeconds: Double
    ) -> StageResult {
        let node = prepared.graph.nodes[index]
        let result = StageResult(
            chain: base.chain + (made.layer.map { [$0] } ?? []), isTrusted: base.isTrusted && made.isTrusted)
        let now = Clock.seconds()
        log[index] = StepLog.Entry(
            verdict: .run, chain: result.chain, created: now, seconds: seconds,
            commandSeconds: commandSeconds, layer: made.layer)
        if node.isLinked ? made.isTrusted : result.isTrusted {
            let own = made.layer.map { [$0] } ?? []
            recorder.add(
                index, lookup[index], chain: node.isLinked ? own : result.chain, seconds: seconds, created: now)
        } else {
            claims.giveUp(lookup[index].key)
        }
        return result
    }

    /// An error with the place in the Dockerfile.
    static func located(_ error: any Error, _ node: StepGraph.Node, in file: String) -> BuildError {
        let place = "\(file):\(node.step.line): \(node.step.text)"
        guard let error = error as? BuildError else {
            return BuildError(.io, "\(place)\n  \(error)", cause: error)
        }
        return BuildError(
            error.code, "\(place)\n  \(error.description)", exitStatus: error.exitStatus, cause: error.cause ?? error)
    }
}

extension PreparedBuild {
    /// A step's name for people: `[stage 2/5] RUN make`.
    func name(of node: StepGraph.Node) -> String {
        let stage = plan.stages[node.id.stage]
        return "[\(title(of: node.id.stage)) \(node.id.position + 1)/\(stage.steps.count)] \(node.step.text)"
    }

    /// A stage's name for people; its platform comes first in a build for several.
    func title(of stage: Int) -> String {
        let stage = plan.stages[stage]
        return plan.targets.count > 1 ? "\(stage.platform) \(stage.name)" : stage.name
    }

    /// The layers of an image that is copied from.
    func chain(ofImage name: String, _ platform: String?) -> [Digest] {
        images[Dockerfile.ImageRequest(name: name, platform: platform)]?.chain ?? []
    }

    /// The stage that a stage begins with in the end, and that begins with no other.
    func root(of stage: Int) -> Int {
        var number = stage
        while case .stage(let base) = plan.stages[number].base { number = base }
        return number
    }

    /// The layers of the image that a stage begins with, in the end.
    func baseChain(of stage: Int) -> [Digest] { bases[root(of: stage)]?.chain ?? [] }

    /// When the image was made that a stage begins with, in the end; seconds since 1970. Directories that a step makes
    /// get this time, so that they are the same on every runner.
    func baseTime(of stage: Int) -> Int64 {
        bases[root(of: stage)]?.configuration.created.flatMap { Timestamp.seconds($0) } ?? Self.earliestTime
    }

    /// The first time that a zip archive can have.
    static let earliestTime: Int64 = 315_532_800
}
