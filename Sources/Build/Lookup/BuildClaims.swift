internal import CacheAPI
internal import Chunking
internal import Synchronization

/// What this build has claimed on the server: steps that nobody else builds meanwhile. And the waiting for what others
/// have claimed.
///
/// The server keeps the claims. They are renewed for as long as the build runs, and given back when it ends; those of a
/// build that dies expire.
final class BuildClaims: Sendable {
    /// How long a build waits for one step of another; after that it waits for none. Seconds.
    static let waitMaximum = 1800.0
    /// How long one request waits; then people are told how long it has been. Seconds.
    private static let waitInterval = 2.0

    private struct State {
        /// Steps that were begun and are not recorded yet.
        var begun: Set<Digest> = []
        var waits: Bool
        var isOver = false
        /// Whether the server may hold steps for this build.
        var mayHold = false
        var renewal: Task<Void, Never>?
    }

    private let link: ServerLink
    private let progress: ProgressLog
    /// Names this build among all others.
    let id =
        String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
    private let writer: String
    private let state: Mutex<State>

    /// - Parameter waits: whether steps that others build are waited for.
    init(_ link: ServerLink, _ progress: ProgressLog, writer: String, waits: Bool) {
        self.link = link
        self.progress = progress
        self.writer = writer
        state = Mutex(State(waits: waits))
    }

    /// Whether steps that others build are waited for now.
    var waits: Bool { state.withLock { $0.waits && !$0.isOver } && link.reading != nil }

    /// What a look-up says of this build.
    var claim: GraphQuery.Claim {
        state.withLock {
            GraphQuery.Claim(
                id: id, writer: writer, waits: $0.waits, begun: Array($0.begun.prefix(GraphQuery.stepsMaximum)))
        }
    }

    /// The server has heard of the build: from now on it is told that the build goes on.
    /// - Parameter steps: whether it was asked for steps that it did not have, which this build has claimed.
    func keep(steps: Bool) {
        state.withLock { state in
            if steps { state.mayHold = true }
            guard state.renewal == nil, !state.isOver else { return }
            state.renewal = Task { [link, id] in
                while !Task.isCancelled, let server = link.reading {
                    try? await Task.sleep(for: .seconds(ClaimRenewal.lifetime / 4))
                    // A renewal that is lost costs nothing: the next one comes before the claims expire.
                    if !Task.isCancelled { try? await server.renew(ClaimRenewal(id: id)) }
                }
            }
        }
    }

    /// A step is being built.
    func begin(_ key: Digest?) {
        if let key { state.withLock { _ = $0.begun.insert(key) } }
    }

    /// A step was recorded.
    func finish(_ key: Digest) {
        state.withLock { _ = $0.begun.remove(key) }
    }

    /// A step was built and cannot be recorded: others need not wait for it.
    func giveUp(_ key: Digest?) {
        guard let key, state.withLock({ $0.begun.remove(key) }) != nil, let server = link.reading else { return }
        Task { [id] in try? await server.release(ClaimRelease(id: id, keys: [key])) }
    }

    /// Waits until nobody else builds the step with `key` any more.
    /// - Parameters:
    ///   - name: the step's name for people.
    ///   - builder: who builds it, as far as is known.
    func wait(for key: Digest, named name: String, builder: String, scopes: [ScopeName]) async throws {
        let task = progress.begin(name)
        let begin = ContinuousClock.now
        var builder = builder
        func text() -> String {
            "waiting for \(builder.isEmpty ? "another build" : builder), \(ByteText.fixed(Clock.seconds(since: begin), 0)) s"
        }
        defer { task.end(Task.isCancelled ? .cancelled : .done) }
        while waits {
            task.status(text())
            guard Clock.seconds(since: begin) < Self.waitMaximum else {
                progress.warn("\(name) is built here, too: \(builder) has not finished it for too long.")
                return state.withLock { $0.waits = false }
            }
            let asked = ContinuousClock.now
            let question = ClaimWait(key: key, scopes: scopes, id: id, seconds: Self.waitInterval)
            let answer = try await link.ask { server throws(BuildError) in try await server.wait(question) }
            try Task.checkCancellation()
            guard let next = answer?.builder else { break }
            builder = next
            // A server that is about to stop answers at once.
            if Clock.seconds(since: asked) < Self.waitInterval / 4 {
                try await Task.sleep(for: .seconds(Self.waitInterval / 4))
            }
        }
        task.status("waited for \(builder.isEmpty ? "another build" : builder)")
    }

    /// Gives back what is claimed; also of a build that was cancelled.
    func release() async {
        let mayHold = state.withLock { state in
            state.isOver = true
            state.renewal?.cancel()
            return state.mayHold
        }
        // A build that found everything has nothing to give back, and is not to wait for an answer.
        guard mayHold, let server = link.reading else { return }
        // Not a child of a task that may have been cancelled; and no build ends late because of it.
        let release = Task { [id] in try? await server.release(ClaimRelease(id: id)) }
        let bound = Task {
            try? await Task.sleep(for: .seconds(5))
            release.cancel()
        }
        await release.value
        bound.cancel()
    }
}
