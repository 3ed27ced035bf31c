import AsyncHTTPClient
import CacheAPI
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage
import TestSupport

@testable import larderd

/// Speaks to a server on this machine.
struct TestClient: Sendable {
    /// What came back.
    struct Answer: Sendable {
        let status: UInt
        let headers: HTTPHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: Data(bytes))
        }

        /// The code of the failure that the body tells of.
        var failure: APIFailure.Code? { try? json(APIFailure.self).code }
    }

    let port: Int

    /// Gives bodies as they come; the shared client decompresses them.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // Where many tests compute at once, a server may take long to answer a new connection.
        configuration.timeout.connect = .seconds(120)
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }()

    func send(
        _ method: HTTPMethod, _ path: String, body: HTTPClientRequest.Body? = nil, headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers = headers
        request.body = body
        let response = try await Self.http.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 256 << 20)
        return Answer(status: response.status.code, headers: response.headers, bytes: [UInt8](buffer: bytes))
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

    func post(_ path: String, _ bytes: [UInt8]) async throws -> Answer {
        try await send(.POST, path, body: .bytes(bytes))
    }

    func post(_ path: String, json value: some Encodable) async throws -> Answer {
        try await post(path, [UInt8](JSONEncoder().encode(value)))
    }

    func put(_ path: String, _ bytes: [UInt8]) async throws -> Answer {
        try await send(.PUT, path, body: .bytes(bytes))
    }
}

/// Lends a client of a server on a new root.
func withServer<Result: Sendable>(
    _ change: (inout Settings) -> Void = { _ in }, logger: Logger = .silent,
    _ body: @Sendable (TestClient, Settings) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        var settings = Settings(root: directory.appending("root"))
        settings.listen.port = 0
        settings.storeThreads = 4
        change(&settings)
        return try await LarderServer.withRunning(settings, logger: logger) { [settings] port in
            try await body(TestClient(port: port), settings)
        }
    }
}

extension Settings {
    init(root: FilePath, port: Int) {
        self.init(root: root)
        listen.port = port
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
