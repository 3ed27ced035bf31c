import AsyncHTTPClient
import NIOCore
import Networking
import Testing

@testable import Build

@Suite("Clients of the web")
struct WebClientTests {
    private static let request = HTTPClientRequest(url: "http://127.0.0.1:1/")

    @Test("One that is dropped without a shutdown ends what it opened, and not the process")
    func dropped() async throws {
        // Nothing listens there; the connection pool stays.
        await #expect(throws: (any Error).self) {
            try await WebClient(NetworkSettings(), .forPushes).execute(Self.request, timeout: .milliseconds(100))
        }
    }

    @Test("One that was shut down opens nothing any more")
    func shutDown() async throws {
        let client = WebClient(NetworkSettings(), .forPushes)
        await client.shutdown()
        await #expect(throws: HTTPClientError.alreadyShutdown) {
            try await client.execute(Self.request, timeout: .seconds(1))
        }
    }
}
