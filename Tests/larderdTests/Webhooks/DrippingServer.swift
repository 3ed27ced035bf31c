import Hummingbird
import NIOCore

/// Answers each request with a head at once and a body that never ends, a byte now and then.
enum DrippingServer {
    static func run(_ body: @Sendable (_ port: Int) async throws -> Void) async throws {
        let router = Router()
        router.post("/**") { _, _ in
            // Ends when the client does: then it cannot be written to any more.
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    while true {
                        try await writer.write(ByteBuffer(string: " "))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                })
        }
        try await TestServer.run(router, body)
    }
}
