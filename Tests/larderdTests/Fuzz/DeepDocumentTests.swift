import NIOCore
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Documents nested too deep")
struct DeepDocumentTests {
    /// With the 513th array at the very end Foundation's decoder trapped, and the server was gone.
    private static let documents = [
        "arrays": String(repeating: "[", count: 513),
        "arrays in the second line": "\n" + String(repeating: "[", count: 513),
        "an array in objects": String(repeating: #"{"a":"#, count: 512) + "[",
        "objects": String(repeating: #"{"a":"#, count: 513),
        "a body of arrays": String(repeating: "[", count: 100_000),
    ]

    @Test(
        "An array opened 513 deep at the end of a body does not end the server, on any route",
        arguments: documents.keys.sorted())
    func bodies(kind: String) async throws {
        let document = try #require(Self.documents[kind])
        try await withTemporaryDirectory { directory in
            try await ServerProcess.run(root: directory.appending("root")) { server in
                let client = TestClient(port: server.port)
                for var sample in try FuzzedRequest.samples() where !sample.body.isEmpty {
                    let isTaken = try await Self.status(of: sample, server.port).hasPrefix("2")
                    sample.body = Array(document.utf8)
                    let status = try await Self.status(of: sample, server.port)
                    // Chunks of an upload may be anything.
                    #expect(!status.hasPrefix("5") && (status.hasPrefix("4") || isTaken), "\(sample.path): \(status)")
                    #expect(try await client.get("/v2/").status == 200, "\(sample.path)")
                }
            }
        }
    }

    private static func status(of request: FuzzedRequest, _ port: Int) async throws -> String {
        let answer = try await RawConnection.with(port: port) { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request.bytes))
            return try await inbound.text(until: "\r\n")
        }
        return String(answer.dropFirst("HTTP/1.1 ".count).prefix(3))
    }
}
