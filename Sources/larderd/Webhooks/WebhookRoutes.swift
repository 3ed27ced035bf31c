import CacheAPI
import Hummingbird

/// What `larderd webhooks` has a running server do, through its admin socket alone.
struct WebhookRoutes: Sendable {
    enum Path {
        static let webhooks = "/webhooks"
        static let redeliver = "/webhooks/redeliver"
        static let test = "/webhooks/test"
    }

    /// `nil` when there are none.
    let webhooks: Webhooks?
    let executor: StoreExecutor

    /// Adds `GET /webhooks`, `POST /webhooks/redeliver` with a ``RedeliveryOrder``, `POST /webhooks/test` with a name.
    func add(to router: Router<LarderRequestContext>) {
        router.get(RouterPath(Path.webhooks)) { _, _ in
            try Response.json(webhooks?.report() ?? WebhooksReport(webhooks: []))
        }
        router.post(RouterPath(Path.redeliver)) { request, _ in
            let order: RedeliveryOrder = try await request.bytes(upTo: 4096).decoded()
            let webhooks = try present()
            return try await Response.json(executor.run { _ in try webhooks.redeliver(order) })
        }
        router.post(RouterPath(Path.test)) { request, _ in
            let name = String(buffer: try await request.bytes(upTo: 4096))
            return try await Response.json(present().test(name))
        }
    }

    private func present() throws(APIFailure) -> Webhooks {
        if let webhooks { return webhooks }
        throw APIFailure(
            .badRequest,
            "This server has no webhooks: name a file of them with \(Setting.webhooks.flag) (\(Setting.webhooks.variable))."
        )
    }
}
