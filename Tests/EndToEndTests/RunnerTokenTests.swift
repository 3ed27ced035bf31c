import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Networking
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("What a runner shows to its server")
struct RunnerTokenTests {
    private static func server() throws -> ServerAddress { try ServerAddress("http://127.0.0.1:1") }

    /// A token that says when it ends, and nothing else.
    private static func token(_ end: Double, _ name: String) -> String {
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter {
                $0 != "="
            }
        }
        return "\(encoded("{}")).\(encoded("{\"exp\":\(Int(end)),\"sub\":\"\(name)\"}")).x"
    }

    @Test("A job of GitHub Actions gets its token when the server asks who it is, and a fresh one before it ends")
    func github() async throws {
        let clock = Mutex(1000.0)
        let asked = Mutex<[String]>([])
        let router = Router()
        router.get("token") { request, _ -> Response in
            asked.withLock { $0.append("\(request.uri) \(request.headers[.authorization] ?? "")") }
            let count = asked.withLock { $0.count }
            if count == 1 { return Response(status: .serviceUnavailable) }
            let token = Self.token(clock.withLock { $0 } + 300, "job-\(count)")
            return Response(
                status: .ok, body: .init(byteBuffer: ByteBuffer(string: "{\"count\":1,\"value\":\"\(token)\"}")))
        }
        try await LoopbackServer.run(router) { port in
            let request = JobTokenRequest(
                environment: [
                    "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:\(port)/token?api-version=2.0",
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
                ], audience: "https://larder.example.com")
            var network = NetworkSettings()
            network.retries = RetrySchedule(pauses: [.milliseconds(1), .milliseconds(1)])
            let token = RunnerToken(.found(request), for: try Self.server(), network: network) {
                clock.withLock { $0 }
            }
            #expect(try await token.header() == nil)
            let first = try await token.header(instead: nil)
            #expect(first == "Bearer \(Self.token(1300, "job-2"))")
            #expect(
                asked.withLock { $0 }.last
                    == "/token?api-version=2.0&audience=https%3A%2F%2Flarder.example.com Bearer secret")
            // Many at once share one request, and none is made in between.
            clock.withLock { $0 += 200 }
            #expect(try await token.header() == first)
            clock.withLock { $0 += 11 }
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<10 { group.addTask { try await token.header() } }
                for try await header in group { #expect(header == "Bearer \(Self.token(1511, "job-3"))") }
            }
            #expect(asked.withLock { $0.count } == 3)
        }
    }

    @Test("A file is read again when its writer renews it, and at once when the server refuses what it had")
    func file() async throws {
        try await withTemporaryDirectory { directory in
            let clock = Mutex(0.0)
            let path = directory.appending("token")
            func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path.string)) }
            try write("one\n")
            let token = RunnerToken(.file(path), for: try Self.server(), network: NetworkSettings()) {
                clock.withLock { $0 }
            }
            #expect(try await token.header() == "Bearer one")
            try write("two")
            #expect(try await token.header() == "Bearer one")
            #expect(try await token.header(instead: "Bearer one") == "Bearer two")
            try write("three")
            clock.withLock { $0 += RunnerToken.filePeriod }
            #expect(try await token.header() == "Bearer three")
            try FileManager.default.removeItem(atPath: path.string)
            await #expect(throws: BuildError.self) { try await token.header(instead: "Bearer three") }
        }
    }

    @Test("Without the permission there is nothing to ask for, and no description has a secret")
    func quiet() throws {
        #expect(JobTokenRequest(environment: ["ACTIONS_ID_TOKEN_REQUEST_URL": "x"], audience: "a") == nil)
        let request = JobTokenRequest(
            environment: ["ACTIONS_ID_TOKEN_REQUEST_URL": "x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret"],
            audience: "a")
        for source: RunnerToken.Source in [.text("secret"), .found(request)] {
            var dumped = ""
            dump(source, to: &dumped)
            #expect(!"\(source)\(String(reflecting: source))\(dumped)".contains("secret"))
        }
    }
}
