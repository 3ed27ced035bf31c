import Access
import CacheAPI
import FoundationEssentials
import Hummingbird
import NIOCore

/// What `larderd token` has a running server do, through its admin socket alone.
struct TokenRoutes: Sendable {
    /// The paths.
    enum Path {
        static let tokens = "/tokens"
        static let revoke = "/tokens/revoke"
    }

    let tokens: TokenBook
    let executor: StoreExecutor

    /// Adds `GET /tokens`, `POST /tokens` with a `TokenOrder`, and `POST /tokens/revoke` with a name or id.
    func add(to router: Router<LarderRequestContext>) {
        router.get(RouterPath(Path.tokens)) { _, _ in try Response.json(tokens.all) }
        router.post(RouterPath(Path.tokens)) { request, _ in
            let order: TokenOrder = try await request.bytes(upTo: 1 << 20).decoded()
            return try Response.json(try await Self.answer { try await executor.run { _ in try tokens.make(order) } })
        }
        router.post(RouterPath(Path.revoke)) { request, _ in
            let text = String(buffer: try await request.bytes(upTo: 4096))
            return try Response.json(try await Self.answer { try await executor.run { _ in try tokens.revoke(text) } })
        }
    }

    private static func answer<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as TokenList.Refusal {
            throw APIFailure(.badRequest, refusal.description)
        }
    }
}
