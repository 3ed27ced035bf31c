import ChunkStore
import Hummingbird
import NIOPosix

/// The routes of the server itself: `GET /healthz`, 200 while the server serves and 503 with the reason when a disk error has
/// stopped all writes; `GET /metrics`.
struct ServerRoutes: Sendable {
    let executor: StoreExecutor
    let metrics: ServerMetrics

    /// Adds the routes to `router`.
    /// - Parameter isOpen: whether they need no right, since only those who may use them reach the router.
    func add(to router: Router<LarderRequestContext>, isOpen: Bool = false) {
        router.add(ServerRoute.self, answersHead: true, isOpen: isOpen) { route, request, _ in
            try await answer(route, request)
        }
    }

    private func answer(_ route: ServerRoute, _ request: Request) async throws -> Response {
        switch route {
        case .health:
            try await executor.run { try $0.checkWritable() }
            return Self.text("ok\n", "text/plain")
        case .metrics:
            let format = ExpositionText.Format(accept: request.headers[.accept])
            // On other threads than the store's: that those are busy is to be seen here.
            let samples = try await NIOThreadPool.singleton.runIfActive { [metrics, store = executor.store] in
                try metrics.samples(of: store)
            }
            return Self.text(ExpositionText(samples, format).text, format.contentType)
        }
    }

    private static func text(_ text: String, _ type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
