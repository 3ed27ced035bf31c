public import CacheAPI
public import Chunking
internal import Dockerfile

/// What a build would do about one step, as far as the server can tell before anything is built.
public struct StepForecast: Sendable {
    /// What would become of it.
    public enum Verdict: String, Sendable {
        /// The server has it.
        case hit
        /// It would be built.
        case miss
        /// Another build makes it now; it would be waited for.
        case building
        /// It depends on what a stage gives that would be built first.
        case unknown
    }

    /// The stage it belongs to.
    public var stage: String
    /// The instruction after expansion.
    public var instruction: String
    /// Its line in the Dockerfile, from 1.
    public var line: Int
    /// Its key; `nil` when it is not known yet.
    public var key: Digest?
    /// What would become of it.
    public var verdict: Verdict
    /// For a hit: the scope that has it.
    public var scope: ScopeName?
    /// For a hit: when it was built. Seconds since 1970.
    public var created: Int64?
    /// For a hit: how long it took. Seconds.
    public var seconds: Double?
    /// For a hit: who wrote it, as the server knows; `nil` when nobody is known.
    public var author: RecordAuthor?
    /// For a miss: why, for people.
    public var reason: String?
}

extension Builder {
    /// Finds out what a build of `request` would do, and runs nothing: reads the Dockerfile and the context, asks the server
    /// once, and once more for why steps are missed.
    /// - Parameter explains: whether to ask why.
    /// - Throws: ``DockerfileError``; `invalidInput`, `io`, `server` also when the server cannot be asked.
    public func forecast(_ request: BuildRequest, explains: Bool) async throws -> [StepForecast] {
        let progress = ProgressLog(events)
        let link = ServerLink(server, progress)
        return try await FetchedContexts.lend(request, link, progress) { request in
            try await forecast(request, explains: explains, link, progress)
        }
    }

    private func forecast(
        _ request: BuildRequest, explains: Bool, _ link: ServerLink, _ progress: ProgressLog
    ) async throws -> [StepForecast] {
        let state = try await BlockingThreads.run { try StateDirectory(request.stateDirectory) }
        let finder = BaseImages(link, state)
        let remotes = RemoteSources(
            link.network, RemoteLogins(secrets: request.secrets), in: state.newWorkspace())
        let prepared: PreparedBuild
        do {
            prepared = try await PreparedBuild.make(
                request, images: finder, remotes: remotes, state: state, progress: progress)
        } catch {
            await remotes.remove()
            throw error
        }
        await remotes.remove()
        for text in prepared.warnings(about: request) { progress.warn(text) }
        var terms = LookupTerms(request, prepared, now: Clock.seconds())
        terms.wantsProofs = true
        let lookup = GraphLookup(prepared.graph, link, terms, claims: nil)
        await lookup.ask()
        guard link.reading != nil else {
            throw BuildError(.server, "Without the server nobody knows what would hit; start it and ask again.")
        }
        let reasons = MissReasons(request, prepared, lookup, StepComponents(prepared), link)
        if explains { await reasons.ask() }
        return prepared.graph.nodes.indices.map { index in
            let (node, answer) = (prepared.graph.nodes[index], lookup[index])
            let isHit = answer.verdict == .hit
            return StepForecast(
                stage: prepared.title(of: node.id.stage), instruction: node.step.text, line: node.step.line,
                key: answer.key, verdict: StepForecast.Verdict(rawValue: answer.verdict.rawValue) ?? .unknown,
                scope: answer.scope, created: isHit ? answer.created : nil, seconds: isHit ? answer.seconds : nil,
                author: answer.proof?.author, reason: reasons[index])
        }
    }
}
