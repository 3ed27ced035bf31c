/// Builds images: plans them, has the server tell what need not be built, builds the rest, and has the server put the
/// image together.
public struct Builder: Sendable {
    let server: ServerConnection?
    let events: any BuildEventSink

    /// Makes a builder.
    /// - Parameters:
    ///   - server: the cache; `nil` to build without one.
    ///   - events: is told what happens.
    public init(server: ServerConnection?, events: any BuildEventSink) {
        self.server = server
        self.events = events
    }

    /// Builds `request` to its end. Every step that was finished is kept on the server, also of a build that fails. A
    /// server that fails costs time, never the build. Cancelling the task breaks the build off; nothing of it stays
    /// mounted or running.
    public func run(_ request: BuildRequest) async -> BuildOutcome {
        let start = ContinuousClock.now
        let progress = ProgressLog(events)
        let link = ServerLink(server, progress)
        var outcome: BuildOutcome
        do {
            outcome = try await FetchedContexts.lend(request, link, progress) { request in
                await (try BuildSession.begin(request, link, progress)).run()
            }
        } catch {
            outcome = BuildOutcome(error: Task.isCancelled ? CancellationError() : error)
        }
        outcome.seconds = Clock.seconds(since: start)
        return outcome
    }
}
