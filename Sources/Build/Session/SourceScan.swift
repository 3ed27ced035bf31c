internal import Dockerfile
internal import SystemPackage

/// Finds what the instructions of a plan take from directories of this machine and from elsewhere.
struct SourceScan: Sendable {
    /// The Dockerfile's name for messages.
    let file: String
    let context: FilePath
    /// `.dockerignore` of the context.
    let rules: IgnoreRules
    /// `--build-context`.
    let directories: [String: FilePath]
    let remotes: RemoteSources
    /// `--normalize-modes`.
    let normalizesModes: Bool
    /// Where the ``StatCache`` is kept.
    let cacheFile: FilePath
    let keyRules: KeyRules

    private struct Step {
        let id: InputID
        let source: CopyOperation.Source
        let request: ContextScan.Request
    }

    /// What each of them takes.
    /// - Throws: `invalidInput` for a source that is not there, or that cannot be copied; `notPermitted`, `io`.
    func find(_ plan: BuildPlan, _ progress: ProgressLog) async throws -> [InputID: ContextScan.Found] {
        let steps = steps(of: plan)
        var found: [InputID: ContextScan.Found] = [:]
        let identities = try await identify(steps, progress)
        for source in Set(steps.map(\.source)) {
            let own = steps.filter { $0.source == source }
            let scan = try await scan(of: source, identities)
            let results = try await progress.run(Self.title(of: source)) { _ in try await scan.find(own.map(\.request))
            }
            for (step, result) in zip(own, results) {
                found[step.id] = result
                warn(of: step.request, result, progress)
            }
        }
        return found
    }

    private func warn(of request: ContextScan.Request, _ found: ContextScan.Found, _ progress: ProgressLog) {
        for pattern in found.unmatched {
            progress.warn("\(request.location): \(request.instruction): nothing in the context matches \(pattern).")
        }
    }

    private func steps(of plan: BuildPlan) -> [Step] {
        var steps: [Step] = []
        for (number, stage) in plan.stages.enumerated() {
            for (position, step) in stage.steps.enumerated() {
                let id = StepID(stage: number, position: position)
                let requests = requests(of: step)
                for (position, source) in step.operation.sources.enumerated() {
                    switch source {
                    case .stage, .image: continue
                    case .context, .directory: break
                    }
                    steps.append(
                        Step(id: InputID(step: id, position: position), source: source, request: requests[position]))
                }
            }
        }
        return steps
    }

    /// One for each place that the step takes files from.
    private func requests(of step: PlannedStep) -> [ContextScan.Request] {
        let location = "\(file):\(step.line)"
        switch step.operation {
        case .copy(let copy):
            return [
                ContextScan.Request(
                    items: copy.items, excludes: copy.excludes, location: location,
                    instruction: copy.unpacking == .nothing ? "COPY" : "ADD")
            ]
        case .run(let run):
            return run.mounts.compactMap(\.source).map { source in
                ContextScan.Request(
                    items: [.path(PathPattern.escaped(source.path))], excludes: [], location: location,
                    instruction: "RUN --mount", showsDirectories: true)
            }
        case .workdir: return []
        }
    }

    private func identify(
        _ steps: [Step], _ progress: ProgressLog
    ) async throws -> [CopyOperation.Item: RemoteSources.Identity] {
        var identities: [CopyOperation.Item: RemoteSources.Identity] = [:]
        for step in steps {
            let items = step.request.items.filter { item in
                switch item {
                case .path, .tree: false
                case .download, .repository: identities[item] == nil
                }
            }
            if items.isEmpty { continue }
            do {
                let more = try await progress.run("look at \(items.map(Self.name).joined(separator: ", "))") { _ in
                    try await remotes.identities(of: items)
                }
                identities.merge(more) { $1 }
            } catch let error as BuildError {
                throw BuildError(
                    error.code, "\(step.request.location): \(step.request.instruction) failed: \(error.description)",
                    cause: error)
            }
        }
        return identities
    }

    private static func name(of item: CopyOperation.Item) -> String {
        switch item {
        case .path(let path): path
        case .tree(let root, let pattern): "\(root)/./\(pattern)"
        case .download(let file): file.name
        case .repository(let repository): repository.description
        }
    }

    private static func title(of source: CopyOperation.Source) -> String {
        if case .directory(let name) = source { return "scan the build context \(name)" }
        return "scan the build context"
    }

    private func scan(
        of source: CopyOperation.Source, _ identities: [CopyOperation.Item: RemoteSources.Identity]
    ) async throws -> ContextScan {
        guard case .directory(let name) = source, let directory = directories[name] else {
            return ContextScan(
                root: context, rules: rules, normalizesModes: normalizesModes, cacheFile: cacheFile,
                remotes: identities, keyRules: keyRules)
        }
        let rules = try await BlockingThreads.run { try BuildFiles.rules(of: directory, named: name) }
        return ContextScan(
            root: directory, rules: rules, normalizesModes: normalizesModes, cacheFile: cacheFile, remotes: [:],
            keyRules: keyRules)
    }
}
