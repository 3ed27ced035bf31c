import Hummingbird

/// `GET /healthz`: 200 while the server serves.
struct HealthRoutes: Sendable {
    let executor: StoreExecutor

    /// Adds the routes to `router`.
    func add(to router: Router<LarderRequestContext>) {
        router.get("/healthz") { _, _ in Response.text("ok\n") }
        router.head("/healthz") { _, _ in Response.text("ok\n").createHeadResponse() }
    }
}

extension Response {
    fileprivate static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
