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
    /// The images that are copied from.
    let images: [Dockerfile.ImageRequest: BaseImages.Image]
    /// What steps take from the context.
    let contents: [InputID: ContextScan.Found]
    let graph: StepGraph
    /// What ADD fetches.
    let remotes: RemoteSources

    /// Prepares `request`.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`, `server`.
    static func make(
        _ request: BuildRequest, images finder: some ImageFinder, remotes: RemoteSources, state: StateDirectory,
        progress: ProgressLog
    ) async throws -> PreparedBuild {
        let files = try await BlockingThreads.run { try BuildFiles.read(for: request) }
        let (plan, found) = try await plan(files.dockerfile, request, finder, progress)
        for warning in plan.warnings { progress.warn(warning.description) }
        try plan.checkEntitlements(request)
        let scan = SourceScan(
            file: request.dockerfileTitle, context: request.context, rules: files.rules,
            directories: request.contexts, remotes: remotes, normalizesModes: request.normalizesModes,
            cacheFile: state.statCache, keyRules: request.keyRules)
        return PreparedBuild(plan, found, try await scan.find(plan, progress), remotes, request)
    }

    /// Plans the build of a Dockerfile, with the images that it needs.
    /// - Throws: ``DockerfileError``; `invalidInput`, `server`.
    static func plan(
        _ dockerfile: Dockerfile, _ request: BuildRequest, _ finder: some ImageFinder, _ progress: ProgressLog
    ) async throws -> (BuildPlan, [Dockerfile.ImageRequest: BaseImages.Image]) {
        let found = try await findImages(of: dockerfile, request, finder, progress)
        let plans = try request.platforms.map { platform in
            try dockerfile.plan(options: request.options(for: platform), bases: settings(of: found, for: platform))
        }
        return (BuildPlan(joining: plans), found)
    }

    private init(
        _ plan: BuildPlan, _ found: [Dockerfile.ImageRequest: BaseImages.Image],
        _ contents: [InputID: ContextScan.Found], _ remotes: RemoteSources, _ request: BuildRequest
    ) {
        self.plan = plan
        self.remotes = remotes
        self.contents = contents
        var bases: [Int: BaseImages.Image] = [:]
        var images: [Dockerfile.ImageRequest: BaseImages.Image] = [:]
        for (number, stage) in plan.stages.enumerated() {
            if case .image(let name, let platform) = stage.base {
                bases[number] = found[Dockerfile.ImageRequest(name: name, platform: platform)]
            }
            for case .image(let name, let platform) in stage.steps.lazy.flatMap(\.operation.sources) {
                let image = Dockerfile.ImageRequest(name: name, platform: platform)
                images[image] = found[image]
            }
        }
        self.bases = bases
        self.images = images
        var inputs: [Int: StepGraph.Base] = bases.mapValues(StepGraph.Base.init)
        for (number, stage) in plan.stages.enumerated() where stage.base == .scratch {
            inputs[number] = StepGraph.Base(chain: [], platform: stage.platform)
        }
        graph = StepGraph(
            plan,
            StepGraph.Inputs(
                bases: inputs, images: images.mapValues(StepGraph.Base.init), contents: contents.mapValues(\.key),
                container: request.container, keyRules: request.keyRules))
    }

    /// The settings of the images that are known, for a plan for `platform`, which images that name none have.
    private static func settings(
        of found: [Dockerfile.ImageRequest: BaseImages.Image], for platform: String
    ) -> [Dockerfile.ImageRequest: ImageSettings] {
        var settings = found.mapValues { ImageSettings(of: $0.configuration) }
        for (request, own) in settings where request.platform == platform {
            settings[Dockerfile.ImageRequest(name: request.name, platform: nil)] = own
        }
        return settings
    }

    /// Finds the images that plans for all platforms need, each with the platform that is meant.
    private static func findImages(
        of dockerfile: Dockerfile, _ request: BuildRequest, _ finder: some ImageFinder, _ progress: ProgressLog
    ) async throws -> [Dockerfile.ImageRequest: BaseImages.Image] {
        var found: [Dockerfile.ImageRequest: BaseImages.Image] = [:]
        while true {
            var wanted: [Dockerfile.ImageRequest] = []
            for platform in request.platforms {
                let required = try dockerfile.requiredImages(
                    options: request.options(for: platform), bases: settings(of: found, for: platform))
                for image in required {
                    let image = Dockerfile.ImageRequest(name: image.name, platform: image.platform ?? platform)
                    if found[image] == nil, !wanted.contains(image) { wanted.append(image) }
                }
            }
            if wanted.isEmpty { return found }
            let names = Set(wanted.map(\.name)).sorted().joined(separator: ", ")
            do {
                let more = try await progress.run("resolve \(names)") { [wanted] _ in
                    try await finder.find(wanted, platform: request.options.platform, refresh: request.refreshesImages)
                }
                found.merge(more) { $1 }
            } catch let error as BuildError {
                throw located(error, wanted, dockerfile, request, found)
            }
        }
    }

    /// An error about one of some images, with the place in the Dockerfile that needs it.
    private static func located(
        _ error: BuildError, _ images: [Dockerfile.ImageRequest], _ dockerfile: Dockerfile, _ request: BuildRequest,
        _ found: [Dockerfile.ImageRequest: BaseImages.Image]
    ) -> BuildError {
        let image = images.first { error.description.contains($0.name) } ?? images[0]
        let platform = image.platform ?? request.options.platform
        let (options, settings) = (request.options(for: platform), settings(of: found, for: platform))
        let names = [image, Dockerfile.ImageRequest(name: image.name, platform: nil)]
        for name in names {
            guard let use = try? dockerfile.use(of: name, options: options, bases: settings) else { continue }
            let advice = dockerfile.advice(onImage: image.name, options: options).map { "\n  \($0)" } ?? ""
            return BuildError(
                error.code, "\(request.dockerfileTitle):\(use.line): \(use.text)\n  \(error.description)\(advice)",
                cause: error.cause)
        }
        return error
    }
}

extension BuildPlan {
    /// Refuses what the command line does not allow, before anything runs.
    /// - Throws: `invalidInput`.
    fileprivate func checkEntitlements(_ request: BuildRequest) throws(BuildError) {
        let file = request.dockerfileTitle
        for step in stages.flatMap(\.steps) {
            guard case .run(let run) = step.operation else { continue }
            var needed: [Entitlement] = []
            if run.security == .insecure { needed.append(.securityInsecure) }
            if run.network == .host, request.container.network != .host { needed.append(.networkHost) }
            for entitlement in needed where !request.entitlements.contains(entitlement) {
                throw BuildError(
                    .invalidInput,
                    """
                    \(file):\(step.line): \(step.text)
                      This needs the entitlement \(entitlement.rawValue); if you trust the Dockerfile, build with \
                    --allow \(entitlement.rawValue).
                    """)
            }
        }
    }
}

extension StepGraph.Base {
    init(_ image: BaseImages.Image) {
        self.init(chain: image.chain, platform: image.platform)
    }
}
