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
    /// Where it is written down; `nil` for nowhere.
    let audit: AuditLog?

    /// Adds `GET /tokens`, `POST /tokens` with a `TokenOrder`, and `POST /tokens/revoke` with a name or id.
    func add(to router: Router<LarderRequestContext>) {
        router.get(RouterPath(Path.tokens)) { _, _ in try Response.json(tokens.listed) }
        router.post(RouterPath(Path.tokens)) { request, _ in
            let order: TokenOrder = try await request.bytes(upTo: 1 << 20).decoded()
            let made = try await Self.answer { try await executor.run { _ in try tokens.make(order) } }
            note(.createToken, made.record)
            return try Response.json(made)
        }
        router.post(RouterPath(Path.revoke)) { request, _ in
            let text = String(buffer: try await request.bytes(upTo: 4096))
            let revoked = try await Self.answer { try await executor.run { _ in try tokens.revoke(text) } }
            for record in revoked { note(.revokeToken, record) }
            return try Response.json(revoked)
        }
    }

    private func note(_ action: AuditAction, _ record: TokenRecord) {
        audit?.note(AuditEvent(action, record))
    }

    private static func answer<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as TokenList.Refusal {
            throw APIFailure(.badRequest, refusal.description)
        }
    }
}

extension AuditEvent {
    /// What a command did with a token.
    init(_ action: AuditAction, _ record: TokenRecord) {
        self.init(action)
        identity = "command"
        reference = record.name
    }
}
