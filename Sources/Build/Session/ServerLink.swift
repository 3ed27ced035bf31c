internal import CacheAPI
internal import Networking
internal import Synchronization

/// The server as far as it is there: the first failure warns, and the build goes on without it.
final class ServerLink: Sendable {
    private struct State {
        var isLost: Bool
        var takesNothing = false
    }

    private let connection: ServerConnection?
    private let progress: ProgressLog
    private let state: Mutex<State>

    init(_ connection: ServerConnection?, _ progress: ProgressLog) {
        self.connection = connection
        self.progress = progress
        state = Mutex(State(isLost: connection == nil))
    }

    /// The connection to ask; `nil` once it failed.
    var reading: ServerConnection? {
        state.withLock { $0.isLost } ? nil : connection
    }

    /// The connection to send to; `nil` once the server is lost or has refused to store something.
    var writing: ServerConnection? {
        state.withLock { $0.isLost || $0.takesNothing } ? nil : connection
    }

    /// How other registries are reached.
    var network: NetworkSettings { connection?.network ?? NetworkSettings() }

    /// Body bytes so far.
    var traffic: Traffic { connection?.traffic ?? Traffic() }

    /// Something is to be known, and the build goes on as before.
    func warn(_ text: String) { progress.warn(text) }

    /// The server failed as a whole: nothing is asked of it any more.
    func lose(_ error: BuildError) {
        let isNews = state.withLock { state in
            defer { state.isLost = true }
            return !state.isLost
        }
        if isNews { progress.warn("\(error.description) The build goes on without the cache.") }
    }

    /// The server does not store what was sent: nothing more is sent.
    func refuseWrites(_ error: BuildError) {
        guard Self.isRefusal(error) else { return lose(error) }
        let isNews = state.withLock { state in
            defer { state.takesNothing = true }
            return !state.isLost && !state.takesNothing
        }
        if isNews { progress.warn("\(error.description) The build goes on, but nothing more of it is stored.") }
    }

    /// The server did not take one thing. Only what it says of all things to come ends the storing.
    func refuse(_ error: BuildError, _ what: String) {
        let code = (error.cause as? APIFailure)?.code
        guard Self.isRefusal(error), code != .diskFull, !Self.isForbidden(error) else { return refuseWrites(error) }
        progress.warn("\(what) is not stored: \(error.description)")
    }

    /// Asks the server; `nil` when it is lost, now or before.
    func ask<Answer>(
        _ question: (ServerConnection) async throws(BuildError) -> sending Answer
    ) async throws(BuildError) -> sending Answer? {
        guard let connection = reading else { return nil }
        do {
            return try await question(connection)
        } catch {
            let isLoss = !Self.isRefusal(error) || Self.isForbidden(error)
            guard error.code == .server, isLoss, !Task.isCancelled else { throw error }
            lose(error)
            return nil
        }
    }

    /// Whether the server does not know who asks, or does not let them.
    private static func isForbidden(_ error: BuildError) -> Bool {
        guard let failure = error.cause as? APIFailure else { return false }
        return failure.code == .unauthenticated || failure.code == .forbidden
    }

    /// Whether the server answered and said no, rather than not at all.
    static func isRefusal(_ error: BuildError) -> Bool {
        guard let failure = error.cause as? APIFailure else { return false }
        return failure.code != .unavailable && failure.code != .internal
    }
}
