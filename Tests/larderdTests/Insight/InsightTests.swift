import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// The JSON that the dashboard shows, over real HTTP.
@Suite("What the dashboard shows, as JSON")
struct InsightTests {
    private static func document(_ client: TestClient, _ path: String) async throws -> JSONValue {
        let answer = try await client.get("/api/v1/\(path)")
        #expect(answer.status == 200, "\(path): \(answer.text)")
        #expect(answer.headers.first(name: "content-type") == "application/json")
        return try answer.json()
    }

    @Test("Every document has what builds have stored and reported")
    func documents() async throws {
        try await withServer { client, _ in
            try await FilledProject(client: client).fill()
            func get(_ path: String) async throws -> JSONValue { try await Self.document(client, path) }

            let projects = try await get("projects")
            #expect(projects["readsAll"] == .bool(true) && projects["identity"] == .text("anonymous"))
            #expect(projects["projects"][0]["name"] == .text("shop"))
            #expect(projects["projects"][0]["week"]["builds"] == .integer(5))
            #expect(projects["projects"][0]["days"]["spans"][0]["hits"] == .integer(8))

            for query in ["hours=48", "days=7", "days=365"] {
                let sum = try await get("projects/shop/history?\(query)")["sum"]
                #expect(sum["hits"] == .integer(8) && sum["missCount"] == .integer(12))
                #expect(sum["misses"]["files"] == .integer(4) && sum["hitRate"] == .number(0.4))
                // One of the hits said which step it was: its layer is recorded here.
                #expect(sum["savedBytes"].double > 50_000)
            }

            let misses = try await get("projects/shop/misses")["steps"]
            #expect(misses[0]["instruction"] == .text("COPY . ."))
            #expect(misses[0]["cost"] == .integer(4 * 92) && misses[0]["scopes"].count == 2)
            #expect(misses[0]["changed"][0]["name"] == .text("src/app.js"))

            let builds = try await get("projects/shop/builds")
            #expect(builds["ended"].count == 5 && builds["running"].count == 0)
            #expect(builds["ended"][0]["hits"] == .integer(4))

            let storage = try await get("projects/shop/storage")
            #expect(storage["steps"] == .integer(3) && storage["uniqueBytes"].double > 0)
            #expect(try await get("storage")["chunkFiles"] == .integer(1))

            let repositories = try await get("projects/shop/repositories")["repositories"]
            #expect(repositories[0]["name"] == .text("shop/api"))
            #expect(repositories[0]["tags"].count == 2 && repositories[0]["tags"][1]["name"] == .text("latest"))

            let image = try await get("projects/shop/image?repository=shop/api&reference=1.0")["manifests"]
            #expect(image.count == 1 && image[0]["layers"].count == 2)
            // The first file of both layers is the same; the second is in one of them only.
            let shares = [0, 1].map { image[0]["layers"][$0]["sharedBytes"].double }
            #expect(shares[0] > 15_000 && shares[0] < image[0]["layers"][0]["chunkBytes"].double - 15_000)
            #expect(shares[1] > 15_000)

            let scopes = try await get("projects/shop/scopes")["scopes"]
            #expect(scopes.count == 2 && scopes[1]["name"] == .text("main") && scopes[1]["isDefault"] == .bool(true))
            let steps = try await get("projects/shop/scopes/steps?scope=main")
            #expect(steps["count"] == .integer(2) && steps["steps"][0]["instruction"] == .text("RUN npm ci"))
            #expect(steps["steps"][0]["bytes"].double > 50_000)
            let next = try await get("projects/shop/scopes/steps?scope=main&after=\(steps["steps"][0]["key"].string)")
            #expect(next["steps"].count == 1 && next["steps"][0]["key"] == steps["steps"][1]["key"])
        }
    }

    @Test("A build that makes steps is running until it gives them back")
    func running() async throws {
        try await withServer { client, _ in
            let filled = FilledProject(client: client)
            try await filled.fill()
            let step = GraphQuery.Step(
                op: Digest(hashing: [9]), parent: .base(chain: [], platform: "linux/amd64"), inputs: [])
            var query = GraphQuery(scopes: [.main], steps: [step])
            query.claim = GraphQuery.Claim(id: "b1", writer: "runner-9", waits: false)
            #expect(try await client.post(CachePath.lookup(filled.project), json: query).status == 200)
            let running = try await Self.document(client, "projects/shop/builds")["running"]
            #expect(running.count == 1 && running[0]["writer"] == .text("runner-9"))
            #expect(running[0]["steps"] == .integer(1) && running[0]["scopes"][0] == .text("main"))
            let release = ClaimRelease(id: "b1")
            #expect(try await client.post(CachePath.claimRelease(filled.project), json: release).status == 204)
            #expect(try await Self.document(client, "projects/shop/builds")["running"].count == 0)
        }
    }

    @Test("A build that found every step is running until it reports its end")
    func runningWithoutMisses() async throws {
        try await withServer { client, _ in
            let filled = FilledProject(client: client)
            try await filled.fill()
            var query = GraphQuery(scopes: [.main], steps: [])
            query.claim = GraphQuery.Claim(id: "b2", writer: "runner-3", waits: false)
            #expect(try await client.post(CachePath.lookup(filled.project), json: query).status == 200)
            let running = try await Self.document(client, "projects/shop/builds")["running"]
            #expect(running.count == 1 && running[0]["writer"] == .text("runner-3"))
            #expect(running[0]["steps"] == .integer(0))
            let report = OutcomeReport(
                id: "b2", writer: "runner-3", scope: .main, subject: "shop/api", isDone: true, seconds: 1, sent: 0,
                received: 0, steps: [])
            #expect(try await client.post(CachePath.outcomes(filled.project), json: report).status == 204)
            #expect(try await Self.document(client, "projects/shop/builds")["running"].count == 0)
        }
    }

    @Test("One sees one's own projects, and of them the scopes that one reads")
    func rights() async throws {
        try await RoleServer.run { server in
            try await FilledProject(client: server.client, headers: server.headers(of: .admin)).fill()
            func get(_ path: String, as role: Role) async throws -> TestClient.Answer {
                try await server.send(.GET, "/api/v1/\(path)", as: role)
            }
            #expect(try await get("projects", as: .read).text.contains("shop"))
            #expect(try await !get("projects", as: .bank).text.contains("shop"))
            #expect(try await get("projects", as: .bank).json(JSONValue.self)["readsAll"] == .bool(false))
            #expect(try await get("projects", as: .both).json(JSONValue.self)["readsAll"] == .bool(true))
            for path in ["misses", "builds", "scopes", "history", "scopes/steps?scope=main"] {
                let secret = try await get("projects/shop/\(path)", as: .read)
                #expect(secret.status == 200 && !secret.text.contains("secret-of-the-branch"), "\(path)")
                #expect(!secret.text.contains("feature/x"), "\(path)")
                #expect(try await get("projects/shop/\(path)", as: .bank).status == 404)
            }
            #expect(try await get("projects/shop/misses", as: .wrongScope).text.contains("secret-of-the-branch"))
            #expect(try await get("projects/shop/scopes/steps?scope=feature/x", as: .wrongScope).status == 200)
            #expect(try await get("projects/shop/scopes/steps?scope=feature/x", as: .read).status == 404)
            #expect(try await get("projects/shop/image?repository=bank/api&reference=1.0", as: .both).status == 404)
        }
    }

    @Test(
        "What cannot be asked is refused with what could be",
        arguments: [
            ("history?days=0", 400), ("history?days=many", 400), ("history?hours=100000", 400), ("image", 400),
            ("image?repository=shop/api", 400), ("image?repository=shop/api&reference=no%20tag", 400),
            ("image?repository=shop/none&reference=1", 404), ("image?repository=shop/api&reference=none", 404),
            ("scopes/steps", 400), ("scopes/steps?scope=%00", 400), ("scopes/steps?scope=main&after=x", 400),
            ("nothing", 404),
        ])
    func refusals(_ path: String, _ status: Int) async throws {
        try await withServer { client, _ in
            try await FilledProject(client: client).fill()
            let answer = try await client.get("/api/v1/projects/shop/\(path)")
            #expect(Int(answer.status) == status, "\(answer.text)")
            #expect(answer.failure != nil)
        }
    }

    @Test("Reports of a project that has nothing are taken and not kept")
    func noProject() async throws {
        try await withServer { client, _ in
            let body = [UInt8](try JSONEncoder().encode(SampleOutcome.miss()))
            #expect(try await client.post("/api/v1/projects/ghost/outcomes", body).status == 204)
            #expect(try await client.get("/api/v1/projects/ghost/builds").status == 404)
            #expect(try await client.post("/api/v1/projects/ghost/outcomes", Array("{}".utf8)).status == 400)
        }
    }

    @Test("Builds that have ended are in the metrics, and there after a restart")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            let settings = Settings(root: directory.appending("root"), port: 0)
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let client = TestClient(port: port)
                try await FilledProject(client: client).fill()
                let lines = try await client.get("/metrics").text.split(separator: "\n")
                for line in [
                    #"larderd_builds_total{project="shop",result="done"} 5"#,
                    #"larderd_steps_total{project="shop",scope="default",outcome="miss",reason="files"} 3"#,
                    #"larderd_steps_total{project="shop",scope="other",outcome="miss",reason="parent"} 2"#,
                    #"larderd_saved_seconds_total{project="shop"} 97"#,
                ] { #expect(lines.contains(Substring(line)), "\(line)") }
            }
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let builds = try await Self.document(TestClient(port: port), "projects/shop/builds")
                #expect(builds["ended"].count == 5)
            }
        }
    }

    @Test("The page comes with a policy that lets it do nothing but ask this server, and only once")
    func page() async throws {
        try await withServer { client, _ in
            for (path, type) in [
                ("/", "text/html"), ("/dashboard.js", "text/javascript"), ("/dashboard.css", "text/css"),
                ("/dashboard.svg", "image/svg+xml"),
            ] {
                let answer = try await client.get(path)
                #expect(answer.status == 200 && answer.headers.first(name: "content-type")?.hasPrefix(type) == true)
                let policy = answer.headers.first(name: "content-security-policy") ?? ""
                #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
                let tag = try #require(answer.headers.first(name: "etag"))
                let again = try await client.send(.GET, path, headers: ["if-none-match": tag])
                #expect(again.status == 304 && again.bytes.isEmpty)
            }
            let page = try await client.get("/").text
            #expect(!page.contains("style=") && !page.contains("onclick") && !page.contains("http://"))
        }
    }
}
