internal import Chunking
internal import Dockerfile
internal import OCI
internal import SystemPackage

/// A build as far as it can be known before the cache is asked: the plan, the images it begins with, what it copies
/// from the context, and the graph of its steps.
struct PreparedBuild: Sendable {
    let plan: BuildPlan
    /// What each stage begins with that does not begin with another stage or nothing.
    let bases: [Int: BaseImages.Image]
    /// The images that are copied from, by name.
    let images: [String: BaseImages.Image]
    /// What each COPY and ADD takes from the context.
    let contents: [StepID: ContextScan.Found]
    let graph: StepGraph

    /// Prepares `request`.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`, `server`.
    static func make(
        _ request: BuildRequest, images finder: BaseImages, state: StateDirectory, progress: ProgressLog
    ) async throws -> PreparedBuild {
        let files = try await BlockingThreads.run { try BuildFiles.read(for: request) }
        let found = try await findImages(of: files.dockerfile, request, finder, progress)
        let plan = try files.dockerfile.plan(
            options: request.options, bases: found.mapValues { ImageSettings($0.configuration.config) })
        for warning in plan.warnings { progress.warn(warning) }
        let scan = ContextScan(root: request.context, rules: files.rules, cacheFile: state.statCache)
        let name = request.dockerfile?.string ?? "Dockerfile"
        let contents = try await findContents(of: plan, named: name, scan, progress)
        return PreparedBuild(plan, found, contents, request)
    }

    private init(
        _ plan: BuildPlan, _ found: [Dockerfile.ImageRequest: BaseImages.Image],
        _ contents: [StepID: ContextScan.Found], _ request: BuildRequest
    ) {
        self.plan = plan
        self.contents = contents
        var bases: [Int: BaseImages.Image] = [:]
        var images: [String: BaseImages.Image] = [:]
        for (number, stage) in plan.stages.enumerated() {
            if case .image(let name, let platform) = stage.base {
                bases[number] = found[Dockerfile.ImageRequest(name: name, platform: platform)]
            }
            for case .copy(let copy) in stage.steps.lazy.map(\.operation) {
                guard case .image(let name) = copy.source else { continue }
                images[name] = found[Dockerfile.ImageRequest(name: name, platform: nil)]
            }
        }
        self.bases = bases
        self.images = images
        var inputs: [Int: StepGraph.Base] = bases.mapValues(StepGraph.Base.init)
        for (number, stage) in plan.stages.enumerated() where stage.base == .scratch {
            inputs[number] = StepGraph.Base(chain: [], platform: request.options.platform)
        }
        graph = StepGraph(
            plan,
            StepGraph.Inputs(
                bases: inputs, images: images.mapValues(StepGraph.Base.init), contents: contents.mapValues(\.key),
                network: request.network))
    }

    private static func findImages(
        of dockerfile: Dockerfile, _ request: BuildRequest, _ finder: BaseImages, _ progress: ProgressLog
    ) async throws -> [Dockerfile.ImageRequest: BaseImages.Image] {
        var found: [Dockerfile.ImageRequest: BaseImages.Image] = [:]
        while true {
            let settings = found.mapValues { ImageSettings($0.configuration.config) }
            let required = try dockerfile.requiredImages(options: request.options, bases: settings)
            let wanted = required.filter { found[$0] == nil }
            if wanted.isEmpty { return found }
            let names = wanted.map(\.name).joined(separator: ", ")
            let more = try await progress.run("resolve \(names)") { _ in
                try await finder.find(wanted, platform: request.options.platform, refresh: request.refreshesImages)
            }
            found.merge(more) { $1 }
        }
    }

    private static func findContents(
        of plan: BuildPlan, named file: String, _ scan: ContextScan, _ progress: ProgressLog
    ) async throws -> [StepID: ContextScan.Found] {
        var ids: [StepID] = []
        var requests: [ContextScan.Request] = []
        for (number, stage) in plan.stages.enumerated() {
            for (position, step) in stage.steps.enumerated() {
                guard case .copy(let copy) = step.operation, copy.source == .context else { continue }
                ids.append(StepID(stage: number, position: position))
                requests.append(
                    ContextScan.Request(
                        paths: copy.paths, location: "\(file):\(step.line)",
                        instruction: copy.unpacksArchives ? "ADD" : "COPY"))
            }
        }
        if requests.isEmpty { return [:] }
        let found = try await progress.run("scan the build context") { _ in try await scan.find(requests) }
        for (request, found) in zip(requests, found) {
            for pattern in found.unmatched {
                progress.warn("\(request.location): \(request.instruction): nothing in the context matches \(pattern).")
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(ids, found))
    }
}

extension StepGraph.Base {
    init(_ image: BaseImages.Image) {
        self.init(chain: image.chain, platform: image.platform)
    }
}
