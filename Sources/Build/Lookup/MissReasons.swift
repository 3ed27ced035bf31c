internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import OCI
internal import Synchronization
internal import SystemPackage

/// Finds out why steps are no hits, while they are built already: one request for all that are a miss by then.
final class MissReasons: Sendable {
    private struct State {
        var texts: [Int: String] = [:]
        /// The same as words, with what has changed.
        var causes: [Int: (cause: MissCause, changed: [String])] = [:]
        /// Tasks of steps of which nothing is known yet.
        var tasks: [Int: ProgressTask] = [:]
        var asked: Set<Int> = []
        var questions: [Task<Void, Never>] = []
    }

    /// More named parts than this are not sent.
    private static let componentsMaximum = 60_000
    /// How long the end of a build waits for an answer.
    private static let patience = Duration.seconds(2)

    /// What is built, whatever version: the repository of the image, else the name of the context.
    let subject: String
    private let request: BuildRequest
    private let prepared: PreparedBuild
    private let lookup: GraphLookup
    private let components: StepComponents
    private let link: ServerLink
    private let state = Mutex(State())

    init(
        _ request: BuildRequest, _ prepared: PreparedBuild, _ lookup: GraphLookup, _ components: StepComponents,
        _ link: ServerLink
    ) {
        self.request = request
        self.prepared = prepared
        self.lookup = lookup
        self.components = components
        self.link = link
        subject = request.tags.first?.repository.description ?? request.context.lastComponent?.string ?? ""
    }

    /// Why a step is no hit; `nil` as long as nobody knows.
    subscript(index: Int) -> String? {
        state.withLock { $0.texts[index] }
    }

    /// The same as a word, with names of what has changed.
    func cause(of index: Int) -> (cause: MissCause, changed: [String])? {
        state.withLock { $0.causes[index] }
    }

    /// Has a task told why its step is no hit, as soon as that is known.
    func tell(_ index: Int, _ task: ProgressTask) {
        guard lookup[index].verdict == .miss, link.reading != nil else { return }
        if lookup[index].isRenewed == true { note([index: renewal(of: index)], [index: (renewalCause, [])]) }
        let text = state.withLock { state in
            if state.texts[index] == nil { state.tasks[index] = task }
            return state.texts[index]
        }
        if let text { return task.reason(text) }
        let question = Task { await self.ask() }
        state.withLock { $0.questions.append(question) }
    }

    /// Asks about all that is a miss now and was not asked about.
    func ask() async {
        let misses = lookup.misses
        let wanted = state.withLock { state in
            let wanted = misses.filter { state.asked.insert($0).inserted }
            return Array(wanted.prefix(ExplainQuery.stepsMaximum))
        }
        var texts: [Int: String] = [:]
        var causes: [Int: (cause: MissCause, changed: [String])] = [:]
        let unknown = wanted.filter { index in
            guard lookup[index].isRenewed == true else { return true }
            texts[index] = renewal(of: index)
            causes[index] = (renewalCause, [])
            return false
        }
        let query = query(unknown)
        let answer =
            unknown.isEmpty ? nil : try? await link.ask { server throws(BuildError) in try await server.explain(query) }
        for (index, step) in zip(unknown, answer?.steps ?? []) {
            let arguments = prepared.graph.nodes[index].step.operation.argumentNames
            texts[index] = MissText.text(step.nearest, scopes: lookup.terms.scopes, arguments: arguments)
            var cause = MissText.cause(step.nearest, scopes: lookup.terms.scopes)
            if cause.0 == .files, !prepared.graph.nodes[index].step.operation.readsContext { cause.0 = .inputs }
            causes[index] = cause
        }
        note(texts, causes)
    }

    /// Waits a little for answers that are on their way.
    func finish() async {
        let questions = state.withLock { $0.questions }
        if questions.isEmpty { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for question in questions { await question.value } }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
            for question in questions { question.cancel() }
        }
    }

    private func note(_ texts: [Int: String], _ causes: [Int: (cause: MissCause, changed: [String])]) {
        let told = state.withLock { state in
            state.causes.merge(causes) { first, _ in first }
            state.texts.merge(texts) { first, _ in first }
            return texts.keys.compactMap { index in
                state.tasks.removeValue(forKey: index).map { (task: $0, text: state.texts[index] ?? "") }
            }
        }
        for (task, text) in told { task.reason(text) }
    }

    private func query(_ indices: [Int]) -> ExplainQuery {
        var count = 0
        let steps = indices.map { index in
            let answer = lookup[index]
            var parts = components[index]
            if count + parts.count > Self.componentsMaximum {
                parts = prepared.graph.nodes[index].operation.components
            }
            count += parts.count
            return ExplainQuery.Step(
                lineage: prepared.lineage(of: index, subject: subject), key: answer.key, parent: answer.parentKey,
                components: parts, instruction: prepared.graph.nodes[index].step.text)
        }
        return ExplainQuery(scopes: lookup.terms.scopes, steps: steps)
    }

    private var renewalCause: MissCause {
        request.verification != nil && request.renewedStages.isEmpty && !request.ignoresCache
            && request.recordAgeMaximum == nil ? .unsigned : .asked
    }

    private func renewal(of index: Int) -> String {
        if request.ignoresCache { return "asked for by --no-cache" }
        if lookup.terms.renewed.contains(index) { return "asked for by --no-cache-filter" }
        if request.recordAgeMaximum != nil {
            return "nothing recorded is as new as --cache-max-age asks for, here or in what it stands on"
        }
        if request.verification != nil, request.renewedStages.isEmpty {
            return "its record, or that of what it stands on, is signed by no key of --verify-key"
        }
        return "stands on a step that is built again by --no-cache-filter"
    }
}

extension PreparedBuild {
    /// The named parts of a step's key that are known before anything is built.
    /// - Parameter filesMaximum: more files than this are not named.
    func components(of index: Int, filesMaximum: Int) -> [KeyComponent] {
        let node = graph.nodes[index]
        var components = node.operation.components
        // No parts of the key: a variable is the same whether an ARG or an ENV sets it.
        for name in node.step.operation.argumentNames.sorted() {
            components.append(KeyComponent(name: "argument.\(name)", digest: Digest(hashing: [])))
        }
        for position in node.inputs.indices {
            guard let files = contents[InputID(step: node.id, position: position)], files.fileCount <= filesMaximum
            else { continue }
            components += files.components
        }
        for case .image(let name, let platform) in node.step.operation.sources {
            guard let image = images[Dockerfile.ImageRequest(name: name, platform: platform)] else { continue }
            components.append(KeyComponent(name: "image.\(name)", digest: image.digest))
        }
        if case .base(_, _) = node.parent, case .image(let name, _) = plan.stages[node.id.stage].base,
            let image = bases[node.id.stage]
        {
            components.append(KeyComponent(name: "base.\(name)", digest: image.digest))
        }
        return components
    }

    /// Where records of a step are looked for when it is missed (see `StepLineage`).
    func lineage(of index: Int, subject: String) -> [Digest] {
        let node = graph.nodes[index]
        let before = graph.nodes[graph.stages[node.id.stage].lowerBound..<index]
        return StepLineage.places(
            subject: subject, stage: plan.stages[node.id.stage].name, kind: node.step.operation.kind,
            text: node.step.text,
            position: before.count { $0.step.operation.kind == node.step.operation.kind })
    }

    /// What is odd about how the request wants the cache to be used.
    func warnings(about request: BuildRequest) -> [String] {
        let names = Set(plan.stages.map { $0.name.lowercased() })
        return request.renewedStages.filter { !names.contains($0.lowercased()) }.map {
            "--no-cache-filter: the build has no stage '\($0)'."
        }
    }
}

extension PlannedStep.Operation {
    /// The variables of a RUN that are ARGs.
    fileprivate var argumentNames: Set<String> {
        if case .run(let run) = self { run.argumentNames } else { [] }
    }

    /// Whether any of the files that it takes come from a build context, and not from another stage or image.
    fileprivate var readsContext: Bool {
        sources.contains { source in
            switch source {
            case .context, .directory: true
            case .image, .stage: false
            }
        }
    }

    /// What kind of instruction it is.
    var kind: String {
        switch self {
        case .run: "run"
        case .copy: "copy"
        case .workdir: "workdir"
        }
    }
}

extension ContextScan.Found {
    /// How many files and directories there are.
    var fileCount: Int {
        sources.reduce(0) { count, source in
            switch source {
            case .files(let source): count + source.files.count
            case .remote: count + 1
            }
        }
    }

    /// Named parts of the key: each file with a digest of all that the key says of it.
    var components: [KeyComponent] {
        sources.flatMap { source in
            switch source {
            case .files(let source): Self.components(of: source)
            case .remote(_, let identity):
                [KeyComponent(name: "remote.\(identity.description.prefix(500))", digest: identity.digest)]
            }
        }
    }

    private static func components(of source: CopySource) -> [KeyComponent] {
        var names = LinkedNames()
        return source.files.compactMap { file -> KeyComponent? in
            if file.path.isEmpty, file.entry.kind == .directory { return nil }
            return KeyComponent(file: file.entry, linkedTo: names.first(file.file, file.entry.path.bytes))
        }
    }
}
