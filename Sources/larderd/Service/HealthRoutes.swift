import ChunkStore
import Hummingbird

/// `GET /healthz`: 200 while the server serves; 503 with the reason when a disk error has stopped all writes.
struct HealthRoutes: Sendable {
    let executor: StoreExecutor

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        router.get("/healthz") { _, _ in try await answer() }
        router.head("/healthz") { _, _ in try await answer().createHeadResponse() }
    }

    private func answer() async throws -> Response {
        try await executor.run { try $0.checkWritable() }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n")))
    }
}
