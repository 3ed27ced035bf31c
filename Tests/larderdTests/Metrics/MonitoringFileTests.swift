import FoundationEssentials
import NIOCore
import NIOPosix
import OCI
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What `deploy/monitoring` has, with the tools of Prometheus itself.
@Suite("Files for Prometheus and Grafana")
struct MonitoringFileTests {
    private static let directory = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().removingLastComponent().appending("deploy/monitoring")

    private static func text(_ name: String) throws -> String {
        let data = FileManager.default.contents(atPath: directory.appending(name).string)
        return String(decoding: try #require(data), as: UTF8.self)
    }

    @Test("Only metrics that there are, are asked for", arguments: ["alerts.yml", "grafana-dashboard.json"])
    func names(_ file: String) throws {
        let known = Set(Metric.allCases.map(\.rawValue))
        let words = try Self.text(file).split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
        let names = Set(words.filter { $0.hasPrefix("larderd_") || $0.hasPrefix("process_") }.map(String.init))
        #expect(!names.isEmpty)
        for name in names {
            let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map {
                String(name.dropLast($0.count))
            }
            #expect(known.contains(name) || known.contains(family ?? ""), "\(name)")
        }
    }

    @Test("The dashboard for Grafana is JSON whose panels do not lie on each other")
    func grafana() throws {
        let dashboard = try JSONDecoder().decode(JSONValue.self, from: Data(Self.text("grafana-dashboard.json").utf8))
        var places: Set<[Int]> = []
        let panels = dashboard["panels"]
        #expect(panels.count > 10)
        for index in 0..<panels.count {
            let place = panels[index]["gridPos"]
            func number(_ name: String) -> Int { Int(place[name].double) }
            for x in number("x")..<number("x") + number("w") {
                for y in number("y")..<number("y") + number("h") {
                    #expect(places.insert([x, y]).inserted, "\(panels[index]["title"].string)")
                }
            }
        }
    }

    @Test("promtool finds nothing wrong with rules and configuration", .enabled(if: hasProgram("promtool")))
    func promtool() throws {
        _ = try shell(
            "cd '\(Self.directory)' && promtool check rules alerts.yml && promtool check config prometheus.yml")
    }

    @Test(
        "A Prometheus with this configuration collects from a server, and evaluates the rules",
        .enabled(if: hasProgram("prometheus")), .timeLimit(.minutes(5)))
    func collecting() async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"), port: 0)
            settings.metricsListen = ListenAddress(host: "127.0.0.1", port: 0)
            let (ports, announce) = AsyncStream<Int>.makeStream()
            try await LarderServer.withRunning(
                settings, logger: .silent, onMetricsListening: { announce.yield($0) }
            ) { serverPort in
                let port = try #require(await ports.first { _ in true })
                #expect(try await TestClient(port: serverPort).get("/v2/").status == 200)
                let configuration = try Self.text("prometheus.yml")
                    .replacing("127.0.0.1:7071", with: "127.0.0.1:\(port)").replacing("15s", with: "1s")
                    .replacing("alerts.yml", with: Self.directory.appending("alerts.yml").string)
                let file = directory.appending("prometheus.yml").string
                try Data(configuration.utf8).write(to: URL(filePath: file))
                try await Self.prometheus(file, directory.appending("data")) { client in
                    let up = try await Self.result(client, "larderd_build_info and on (instance) up == 1")
                    #expect(up["metric"]["version"] == .text(LarderdCommand.version))
                    let sum = "sum by (route) (larderd_request_seconds_bucket{route=\"registry.base\",le=\"+Inf\"})"
                    #expect(try await Self.result(client, sum) != .null)
                    let rules = try await client.get("/api/v1/rules").text
                    #expect(rules.contains("LarderHitRateFell") && !rules.contains(#""health":"err""#), "\(rules)")
                }
            }
        }
    }

    /// The first series that a query gives, as soon as there is one.
    private static func result(_ client: TestClient, _ query: String) async throws -> JSONValue {
        let allowed = query.utf8.map { byte in
            let hex = String(byte, radix: 16)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
        for _ in 0..<300 {
            let answer = try? await client.get("/api/v1/query?query=\(allowed)")
            // While it starts it says so in words.
            let series = try? answer?.json(JSONValue.self)["data"]["result"]
            if let series, series.count > 0 { return series[0] }
            try await Task.sleep(for: .milliseconds(100))
        }
        return .null
    }

    /// Lends a client of a Prometheus that runs meanwhile.
    private static func prometheus(
        _ configuration: String, _ data: FilePath, _ body: @Sendable (TestClient) async throws -> Void
    ) async throws {
        // A port that was free a moment ago.
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close().get()
        _ = try await Subprocess.run(
            .name("prometheus"),
            arguments: [
                "--config.file=\(configuration)", "--storage.tsdb.path=\(data)",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
            ], input: .none, output: .discarded, error: .discarded
        ) { execution in
            defer { try? execution.send(signal: .kill) }
            try await body(TestClient(port: port))
        }
    }
}
