import CacheAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import OCI
import Synchronization

/// Refuses requests of clients that make too many, with 429 and `Retry-After`. Looks at the server's health are free.
struct RequestLimits: RouterMiddleware {
    private let accounts: Accounts

    init(_ limits: Limits) {
        accounts = Accounts(RequestBudget(limits))
    }

    func handle(
        _ request: Request, context: LarderRequestContext,
        next: @concurrent (Request, LarderRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path != "/healthz" else { return try await next(request, context) }
        let running: Running
        do {
            running = try accounts.begin(LimitKey.of(context.identity))
        } catch {
            return Self.refused(error, request)
        }
        return try await next(request, context).keeping(running)
    }

    private static func refused(_ refusal: RequestBudget.Refusal, _ request: Request) -> Response {
        let reason =
            switch refusal.reason {
            case .rate: "You make more requests than this server answers"
            case .concurrency: "You have more requests under way than this server answers at once"
            }
        let message = "\(reason); try again in \(refusal.retryAfter) s."
        var response =
            request.uri.path.hasPrefix("/v2")
            ? RegistryFailure(.tooManyRequests, message).response
            : Response.failure(APIFailure(.tooManyRequests, message))
        response.headers[.retryAfter] = "\(refusal.retryAfter)"
        return request.method == .head ? response.createHeadResponse() : response
    }

    private final class Accounts: Sendable {
        private let budget: Mutex<RequestBudget>

        init(_ budget: RequestBudget) {
            self.budget = Mutex(budget)
        }

        func begin(_ client: String) throws(RequestBudget.Refusal) -> Running {
            try budget.withLock { budget throws(RequestBudget.Refusal) in try budget.begin(client, now: .now) }
            return Running(accounts: self, client: client)
        }

        func end(_ client: String) {
            budget.withLock { $0.end(client) }
        }
    }

    /// A request that is under way until this is gone.
    private final class Running: Sendable {
        private let accounts: Accounts
        private let client: String

        init(accounts: Accounts, client: String) {
            (self.accounts, self.client) = (accounts, client)
        }

        deinit { accounts.end(client) }
    }
}
