import CacheAPI
import Chunking
import FoundationEssentials
import Logging
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("GET /metrics of a running server")
struct MetricsTests {
    private let shop = ProjectName("shop") ?? .default

    @Test("Tells of requests by route, of look-ups by answer, of bytes, and of the store")
    func contents() async throws {
        try await withServer { client, _ in
            let step = GraphQuery.Step(
                op: Digest(hashing: [1]), parent: .base(chain: [], platform: "linux/amd64"), inputs: [])
            let query = GraphQuery(scopes: [.main], steps: [step, step])
            #expect(try await client.post(CachePath.lookup(shop), json: query).status == 200)
            #expect(try await client.get("/v2/shop/app/manifests/latest").status == 404)
            #expect(try await client.get("/no/such/route/of/shop").status == 404)
            let answer = try await client.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n"))
            for line in [
                #"larderd_request_seconds_count{route="cache.lookup",status="2xx"} 1"#,
                #"larderd_request_seconds_count{route="registry.manifest",status="4xx"} 1"#,
                #"larderd_request_seconds_count{route="none",status="4xx"} 1"#,
                #"larderd_lookup_steps_total{project="shop",verdict="miss"} 2"#,
                #"larderd_errors_total{source="request"} 0"#, #"larderd_requests 1"#,
                #"larderd_store_writable 1"#, #"larderd_queue_depth{queue="store"} 0"#,
                #"larderd_build_info{version="\#(LarderdCommand.version)"} 1"#,
            ] { #expect(lines.contains(Substring(line)), "\(line)") }
            for name in [
                #"larderd_bytes_total{direction="in",layer="wire"}"#,
                #"larderd_bytes_total{direction="out",layer="wire"}"#, "process_resident_memory_bytes",
                "process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds",
                "larderd_disk_free_bytes", #"larderd_store_bytes{kind="stored"}"#,
            ] { #expect(try Self.value(name, answer.text) > 0, "\(name)") }
            #expect(!answer.text.contains("/no/such"))
        }
    }

    private static func value(_ name: String, _ text: String) throws -> Double {
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
        return try #require(Double(line.dropFirst(name.count + 1)))
    }

    @Test("Another address serves metrics to everybody, and nothing else, while the server itself asks who wants them")
    func listener() async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"), port: 0)
            settings.metricsListen = ListenAddress(host: "127.0.0.1", port: 0)
            settings.anonymous = AnonymousAccess.none
            let (ports, announce) = AsyncStream<Int>.makeStream()
            try await LarderServer.withRunning(
                settings, logger: .silent, onMetricsListening: { announce.yield($0) }
            ) { port in
                let own = try #require(await ports.first { _ in true })
                #expect(try await TestClient(port: port).get("/metrics").status == 401)
                let client = TestClient(port: own)
                #expect(try await client.get("/metrics").text.contains("larderd_connections"))
                #expect(try await client.get("/healthz").text == "ok\n")
                for path in ["/v2/", "/api/v1/projects/shop/lookup", "/"] {
                    #expect(try await client.get(path).status == 404, "\(path)")
                }
            }
        }
    }

    @Test("An address for metrics that is taken is named with its flag")
    func takenAddress() async throws {
        try await withServer { client, _ in
            try await withTemporaryDirectory { directory in
                var settings = Settings(root: directory.appending("root"), port: 0)
                settings.metricsListen = ListenAddress(host: "127.0.0.1", port: client.port)
                let error = await #expect(throws: (any Error).self) {
                    try await LarderServer.withRunning(settings, logger: .silent) { _ in
                        try await Task.sleep(for: .seconds(30))
                    }
                }
                #expect("\(error.map { "\($0)" } ?? "")".contains("--metrics-listen"))
            }
        }
    }

    @Test("promtool of Prometheus finds nothing wrong with them", .enabled(if: hasProgram("promtool")))
    func promtool() async throws {
        try await withServer { client, _ in
            _ = try await client.get("/v2/")
            let text = try await client.get("/metrics").text
            try await withTemporaryDirectory { directory in
                let file = directory.appending("metrics").string
                try Data(text.utf8).write(to: URL(filePath: file))
                let complaints = try shell("promtool check metrics <'\(file)' 2>&1 || true")
                #expect(String(decoding: complaints, as: UTF8.self) == "")
            }
        }
    }

    @Test("An answer has the id of its request; what is no trace is not taken for one")
    func requestID() async throws {
        try await withServer(logger: Logger(for: Settings(root: "/"))) { client, _ in
            let first = try await client.send(.GET, "/v2/", headers: ["traceparent": "nonsense"])
            let second = try await client.get("/v2/")
            let ids = [first, second].compactMap { $0.headers.first(name: "x-request-id") }
            #expect(ids.count == 2 && ids[0] != ids[1] && !ids.contains(""))
        }
    }
}
