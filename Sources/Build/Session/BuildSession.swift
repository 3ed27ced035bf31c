internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Networking
internal import OCI
internal import SystemPackage

/// One build while it runs: its parts, and their order.
struct BuildSession: Sendable {
    let request: BuildRequest
    let prepared: PreparedBuild
    let link: ServerLink
    let progress: ProgressLog
    let lookup: GraphLookup
    let log: StepLog
    let restorer: ChainRestorer
    let commits: LayerCommits
    private let recorder: StepRecorder
    private let claims: BuildClaims
    let reasons: MissReasons
    private let mounts: RunMounts
    private let stages: StageBuilds
    private let maker: LayerMaker
    private let foreign: ForeignPrograms
    /// Where temporary files are made.
    private let spools: FilePath
    private let lostLayer = LostLayer()
    /// Seconds since 1970.
    let began = Clock.seconds()

    /// Reads and plans what is to be built.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`, `server`.
    static func begin(
        _ request: BuildRequest, _ link: ServerLink, _ progress: ProgressLog
    ) async throws -> BuildSession {
        let state = try await BlockingThreads.run { try StateDirectory(request.stateDirectory) }
        let finder = BaseImages(link, state)
        let remotes = RemoteSources(
            link.network, RemoteLogins(secrets: request.secrets), in: state.newWorkspace())
        do {
            let prepared = try await PreparedBuild.make(
                request, images: finder, remotes: remotes, state: state, progress: progress)
            let restorer = try await BlockingThreads.run {
                try ChainRestorer(
                    state, link, progress, mountsLayers: request.mountsLayers, bytesMaximum: request.layerBytesMaximum)
            }
            return BuildSession(request, prepared, state, restorer, link, progress)
        } catch {
            await remotes.remove()
            throw error
        }
    }

    private init(
        _ request: BuildRequest, _ prepared: PreparedBuild, _ state: StateDirectory, _ restorer: ChainRestorer,
        _ link: ServerLink, _ progress: ProgressLog
    ) {
        self.request = request
        self.prepared = prepared
        self.restorer = restorer
        self.link = link
        self.progress = progress
        spools = state.work
        commits = LayerCommits(link)
        log = StepLog()
        claims = BuildClaims(link, progress, writer: request.writer, waits: request.waitsForOthers)
        lookup = GraphLookup(
            prepared.graph, link, LookupTerms(request, prepared, now: Clock.seconds()), claims: claims)
        let components = StepComponents(prepared)
        reasons = MissReasons(request, prepared, lookup, components, link)
        recorder = StepRecorder(
            link, commits, claims, prepared, components, request, subject: reasons.subject)
        let facts = ChainFacts(restorer: restorer, commits: commits, link: link)
        let users = UserLookup(facts: facts)
        maker = LayerMaker(restorer: restorer, commits: commits, spools: state.work)
        mounts = RunMounts(
            restorer: restorer, state: state, secrets: SecretValues(secrets: request.secrets), agents: request.agents,
            contexts: ContextTrees(state),
            caches: CacheDirectories(root: state.caches.appending(request.project.description)),
            transfers: CacheTransfers(request, link, restorer, commits, progress))
        foreign = ForeignPrograms(
            prepared: prepared, handlers: ProgramHandlers(directory: request.handlerDirectory),
            file: request.dockerfileTitle)
        let executor = StepExecutor(
            prepared: prepared, lookup: lookup, log: log, recorder: recorder, claims: claims,
            reasons: reasons, progress: progress,
            run: RunStep(maker: maker, users: users, state: state, settings: request.container, mounts: mounts),
            copy: CopyStep(maker: maker, users: users, facts: facts),
            workdir: WorkdirStep(maker: maker, users: users, facts: facts), foreign: foreign, file: foreign.file,
            turns: TaskLimit(4))
        stages = StageBuilds(prepared, lookup, claims, components, executor, facts)
    }

    /// Builds.
    func run() async -> BuildOutcome {
        let start = ContinuousClock.now
        return await withTaskCancellationHandler {
            var outcome = BuildOutcome()
            do {
                await lookup.ask()
                for text in prepared.warnings(about: request) { progress.warn(text) }
                warnOfOneUser()
                try await foreign.check(lookup)
                let targets = prepared.plan.targets.map(\.stage)
                try await finish(try await stages.results(of: targets), &outcome) { [stages] error in
                    try await stages.results(of: targets, distrusting: error)
                }
            } catch {
                await stages.stop()
                outcome.error = Task.isCancelled ? CancellationError() : stages.failure ?? error
                let bound = boundUploads()
                defer { bound.cancel() }
                await settle()
            }
            await saveCaches()
            await mounts.discard()
            await Uncancelled.run { [restorer] in restorer.close() }
            await claims.release()
            await reasons.finish()
            outcome.lookupCount = lookup.askCount
            await prepared.remotes.remove()
            let reports = await reports()
            outcome.steps = reports.map(\.report)
            await OutcomeNotice(
                request: request, prepared: prepared, subject: reasons.subject, claims: claims, link: link
            ).send(reports, isDone: outcome.error == nil, seconds: Clock.seconds(since: start))
            return outcome
        } onCancel: {
            commits.cancel()
            recorder.cancel()
        }
    }

    /// Makes of the stages what was asked for. When a layer that is on the server alone cannot be had for it, `rebuild` gives the
    /// stages without the cache, once.
    private func finish(
        _ results: [StageResult], _ outcome: inout BuildOutcome,
        rebuild: (BuildError) async throws -> [StageResult]?
    ) async throws {
        // A stage may have become needless after it was begun.
        await stages.stop()
        let bound = boundUploads()
        defer { bound.cancel() }
        do {
            try await export(results, &outcome)
        } catch {
            // Half of an image on standard output cannot be taken back.
            let isFinal = (request.outputs + request.fallbackOutputs).contains(where: \.isStandardOutput)
            guard let loss = lostLayer.cause, !isFinal, !Task.isCancelled,
                let rebuilt = try await rebuild(loss)
            else { throw error }
            bound.cancel()
            return try await finish(rebuilt, &outcome) { _ in nil }
        }
        await settle()
    }

    /// Where all files belong to one user a command may make something else than elsewhere.
    private func warnOfOneUser() {
        guard let lack = RootlessMode.lack else { return }
        let runs = prepared.graph.nodes.indices.contains { index in
            guard case .run(_) = prepared.graph.nodes[index].step.operation else { return false }
            return lookup[index].verdict != .hit
        }
        guard runs else { return }
        progress.warn(
            "All files of images belong to root while this user builds, and what RUN makes so is not recorded, since \(lack)."
        )
    }

    /// Gives up what is still on its way when too much time has passed from now on.
    private func boundUploads() -> Task<Void, Never> {
        Task { [commits, recorder, progress, limit = request.uploadWait] in
            guard (try? await Task.sleep(for: limit)) != nil, recorder.isBusy else { return }
            progress.warn(
                """
                Layers were still on their way to the server \(limit.components.seconds) seconds after all was built; \
                they are given up, and their steps are not recorded. --upload-wait allows more time.
                """)
            commits.cancel()
            recorder.cancel()
        }
    }

    /// Stores what mounts of type cache hold, also of a build that failed, within the time that layers have.
    private func saveCaches() async {
        if Task.isCancelled { return }
        let saving = Task { [mounts] in await mounts.saveCaches() }
        let bound = Task { [commits, limit = request.uploadWait] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            commits.cancel()
            saving.cancel()
        }
        await saving.value
        bound.cancel()
    }

    /// Waits for the layers and records that are still on their way; also those of a build that failed.
    private func settle() async {
        guard recorder.isBusy else { return }
        let task = progress.begin("store finished steps")
        await recorder.finish()
        task.end(Task.isCancelled ? .cancelled : .done)
    }

    // MARK: The image

    private func export(_ results: [StageResult], _ outcome: inout BuildOutcome) async throws {
        noteHits()
        var images: [ImageExport.Image] = []
        for (target, result) in zip(prepared.plan.targets, results) {
            let chain = try await imageChain(result.chain, of: target.stage)
            let platform = try Platform(target.platform)
            let composition = ImageComposition(
                prepared: prepared, log: log, target: target.stage, chain: chain, platform: platform,
                epoch: request.epoch)
            let document = try JSONDocument.encode(composition.configuration())
            images.append(ImageExport.Image(configuration: document, layers: chain, platform: platform))
        }
        outcome.configs = images.map { Digest(hashing: $0.configuration) }
        if !request.tags.isEmpty {
            outcome.image = try await progress.run("store \(request.tags.map(\.description).joined(separator: ", "))") {
                try await store(images, $0)
            }
        }
        if outcome.image == nil, !request.tags.isEmpty, request.outputs.contains(.push) {
            throw BuildError(.server, "The image cannot be pushed: the server does not have it. Build again.")
        }
        try await attest(images, outcome.image)
        let outputs = request.outputs + (outcome.image == nil ? request.fallbackOutputs : [])
        try await hand(out: images, outputs, try await referrers(to: outcome.image, outputs))
    }

    /// The layers that the image has: those of its last step, with their times set if that was asked for.
    private func imageChain(_ chain: [Digest], of stage: Int) async throws -> [Digest] {
        guard request.rewritesTimestamps, let epoch = request.epoch else { return chain }
        let base = prepared.baseChain(of: stage)
        return try await progress.run("rewrite timestamps") { _ in
            try await TimestampRewrite(maker: maker, limit: epoch).chain(chain, on: base)
        }
    }

    /// Makes the outputs besides the image on the server.
    private func hand(
        out images: [ImageExport.Image], _ outputs: [ImageOutput], _ referrers: ImageReferrers?
    ) async throws {
        guard !outputs.isEmpty else { return }
        var size: (@Sendable (Digest) async throws -> UInt64)?
        if let server = link.reading, await commits.areCommitted(images.flatMap(\.layers)) {
            size = { try await server.recipe(of: $0).size }
        }
        var export = ImageExport(
            images: images, names: request.tags, size: size,
            transcoded: request.compression.flatMap { compression in
                compression.format == .uncompressed ? nil : TranscodedLayers(compression, in: spools)
            },
            read: { [restorer, lostLayer] layer, use in
                try await lostLayer.noting { try await restorer.read(layer, use) }
            })
        export.referrers = referrers
        try await export.make(outputs, server: nil, network: link.network, progress)
    }

    /// Has the server put the image together; `nil` when it cannot be reached.
    private func store(_ images: [ImageExport.Image], _ task: ProgressTask) async throws -> AssembleAnswer? {
        task.status("waiting for layers to arrive")
        let isComplete = await commits.areCommitted(images.flatMap(\.layers))
        task.status("")
        guard isComplete, let server = link.writing else {
            progress.warn("The image is not on the server: its layers could not be stored there.")
            return nil
        }
        let question = AssembleRequest(
            names: request.tags.map { Self.localName($0) },
            images: images.map { image in
                .init(
                    config: String(decoding: image.configuration, as: UTF8.self),
                    platform: image.platform?.description)
            })
        let answer = try await link.ask { _ throws(BuildError) in try await server.assemble(question) }
        if answer == nil { progress.warn("The image is not on the server.") }
        return answer
    }

    /// The server keeps images under their repository, whatever registry the name is for.
    private static func localName(_ name: ImageReference) -> String {
        var local = name
        local.host = nil
        return local.description
    }
}
