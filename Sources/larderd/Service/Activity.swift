import Hummingbird
import HummingbirdCore
import Synchronization

/// Whether anybody is being served.
final class Activity: Sendable {
    private let state = Mutex((running: 0, last: ContinuousClock.now))

    /// Whether no request is under way and none was for `duration`.
    func isIdle(for duration: Duration) -> Bool {
        state.withLock { $0.running == 0 && ContinuousClock.now - $0.last >= duration }
    }

    /// Somebody is being served until the token is gone.
    fileprivate func begin() -> Token {
        state.withLock { $0.running += 1 }
        return Token(activity: self)
    }

    fileprivate final class Token: Sendable {
        private let activity: Activity

        init(activity: Activity) {
            self.activity = activity
        }

        deinit {
            activity.state.withLock { state in
                state.running -= 1
                state.last = .now
            }
        }
    }
}

/// Notes every request that is more than a look at the server's health or metrics.
struct ActivityMeter: RouterMiddleware {
    let activity: Activity

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        guard !ServerRoute.isWatching(request.uri.path) else { return try await next(request, context) }
        let token = activity.begin()
        return try await next(request, context).keeping(token)
    }
}
