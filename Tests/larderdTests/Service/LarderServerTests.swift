import AsyncHTTPClient
import CacheAPI
import ChunkStore
import FoundationEssentials
import NIOCore
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("A server as a whole")
struct LarderServerTests {
    @Test("It says that it is well")
    func health() async throws {
        try await withServer { client, _ in
            let answer = try await client.get("/healthz")
            #expect(answer.status == 200)
            #expect(answer.text == "ok\n")
            #expect(try await client.send(.HEAD, "/healthz").status == 200)
        }
    }

    @Test("A path that is none gives a failure in JSON")
    func unknownPath() async throws {
        try await withServer { client, _ in
            for path in ["/nothing", "/api/v1/nothing", "/api/v1/projects/a/nothing"] {
                let answer = try await client.get(path)
                #expect(answer.status == 404)
                #expect(answer.failure == .notFound)
            }
        }
    }

    @Test("A second server on the same root is refused, and the first one goes on")
    func secondServer() async throws {
        try await withServer { client, settings in
            let error = await #expect(throws: StoreError.self) {
                try await LarderServer.withRunning(settings, logger: .silent) { _ in }
            }
            #expect(error?.code == .rootInUse)
            let health = try await client.get("/healthz")
            #expect(health.status == 200)
        }
    }

    @Test("A port that is taken is named")
    func portInUse() async throws {
        try await withServer { client, _ in
            let error = await #expect(throws: ServerError.self) {
                try await withServer({ $0.listen.port = client.port }) { _, _ in }
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.description.contains("127.0.0.1:\(client.port)") == true)
        }
    }

    @Test("Only what to do is said of a port that is taken, and no errors of servers that stop because of it")
    func portInUseIsSaidOnce() async throws {
        try await withServer { client, settings in
            let log = LogCapture()
            let other = settings.root.removingLastComponent().appending("other")
            var (main, metrics) = (Settings(root: other, port: client.port), Settings(root: other, port: 0))
            main.storeThreads = 2
            metrics.storeThreads = 2
            metrics.metricsListen = ListenAddress(host: "127.0.0.1", port: client.port)
            for settings in [main, metrics] {
                let error = await #expect(throws: ServerError.self) {
                    try await LarderServer(settings: settings, logger: log.logger).run()
                }
                #expect(error?.code == .addressInUse)
            }
            #expect(!log.text.contains("error "), "\(log.text)")
        }
    }

    @Test("A root is free after a server has stopped, and its admin socket is gone")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            let settings = Settings(root: directory.appending("root"), port: 0)
            for _ in 0..<3 {
                try await LarderServer.withRunning(settings, logger: .silent) { port in
                    let health = try await TestClient(port: port).get("/healthz")
                    #expect(health.status == 200)
                }
                #expect(!FileManager.default.fileExists(atPath: settings.root.appending("admin.sock").string))
            }
        }
    }

    @Test("A TLS client is told in HTTP that it is wrong here")
    func clientHello() async throws {
        try await withServer { client, _ in
            // The record header of a ClientHello and the beginning of its handshake message.
            let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]
            let text = try await RawConnection.with(port: client.port) { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: hello + [UInt8](repeating: 0xa5, count: 506)))
                return try await inbound.text(until: "\r\n\r\n")
            }
            #expect(text.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("Headers without end are refused")
    func longHeaders() async throws {
        try await withServer { client, _ in
            let text = try await RawConnection.with(port: client.port) { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: a\r\nX: "))
                try? await outbound.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000))
                return try await inbound.text(until: "\r\n\r\n")
            }
            #expect(text.hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test("The admin socket answers its owner, and stats finds it")
    func adminSocket() async throws {
        try await withServer { _, settings in
            let path = settings.root.appending("admin.sock").string
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let statistics = try await Self.statistics(of: settings.root)
            #expect(statistics.layers == 0)
        }
    }

    @Test("Stats opens a root that nobody serves, and makes none")
    func idleRoot() async throws {
        try await withTemporaryDirectory { directory in
            let settings = Settings(root: directory.appending("root"), port: 0)
            try await LarderServer.withRunning(settings, logger: .silent) { _ in }
            #expect(try await Self.statistics(of: settings.root).layers == 0)
            let error = await #expect(throws: ServerError.self) {
                try await Self.statistics(of: directory.appending("nothing"))
            }
            #expect(error?.code == .noStore)
            #expect(!FileManager.default.fileExists(atPath: directory.appending("nothing").string))
        }
    }

    @Test("A root too deep for a socket is served without one")
    func deepRoot() async throws {
        try await withTemporaryDirectory { directory in
            let settings = Settings(root: directory.appending(String(repeating: "d", count: 120)), port: 0)
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let health = try await TestClient(port: port).get("/healthz")
                #expect(health.status == 200)
                let error = await #expect(throws: ServerError.self) {
                    try await Self.statistics(of: settings.root)
                }
                #expect(error?.code == .noAnswer)
            }
        }
    }

    private static func statistics(of root: FilePath) async throws -> StatisticsReport {
        try await RootAccess(existing: root).perform(.GET, "/stats") { store in
            try StatisticsReport(of: store, histograms: false)
        }
    }

    @Test("Maintenance works through the server and on an idle root, and stats has its names")
    func maintenance() async throws {
        try await withServer { _, settings in
            let report: MaintenanceReport = try await RootAccess(existing: settings.root).perform(.POST, "/maintain") {
                _ in MaintenanceReport()
            }
            #expect(report.packed.isComplete)
            let text = String(
                decoding: try JSONEncoder.report.encode(await Self.statistics(of: settings.root)), as: UTF8.self)
            for name in ["bytes.logical", "bytes.unique", "bytes.stored", "bytes.live", "bytes.pinned", "chunks"] {
                #expect(text.contains("\"\(name)\""))
            }
        }
    }
}
