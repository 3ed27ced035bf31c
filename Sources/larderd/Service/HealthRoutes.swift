import ChunkStore
import Hummingbird

/// `GET /healthz`: 200 while the server serves; 503 with the reason when a disk error has stopped all writes.
struct HealthRoutes: Sendable {
    let executor: StoreExecutor

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        for route in ServerRoute.allCases {
            let path = RouterPath(route.row.path)
            router.on(path, method: route.row.method) { _, _ in try await answer(route) }
            router.on(path, method: .head) { _, _ in try await answer(route).createHeadResponse() }
        }
    }

    private func answer(_ route: ServerRoute) async throws -> Response {
        switch route {
        case .health: try await answer()
        }
    }

    private func answer() async throws -> Response {
        try await executor.run { try $0.checkWritable() }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n")))
    }
}
