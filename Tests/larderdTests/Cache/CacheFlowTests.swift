import CacheAPI
import Chunking
import Testing

@testable import larderd

@Suite("The cache API as a build uses it")
struct CacheFlowTests {
    private let platform = "linux/amd64"

    private func sample(seed: UInt64 = 1) throws -> SampleLayer {
        try SampleLayer([
            SampleLayer.File(path: "app/main.bin", content: randomBytes(700_000, seed: seed)),
            SampleLayer.File(path: "app/config", content: Array("port=80\n".utf8)),
            SampleLayer.File(path: "app/current", link: "config"),
            SampleLayer.File(path: "app/loop", link: "loop"),
        ])
    }

    private func record(
        _ key: Digest, parent: Digest, chain: [Digest], scope: ScopeName = .main, replaces: Bool = false,
        seconds: Double = 3
    ) -> StepRecord {
        StepRecord(
            key: key, parent: parent, chain: chain,
            components: [KeyComponent(name: "arguments", digest: Digest(hashing: [1]))], instruction: "RUN make",
            seconds: seconds, created: 1_700_000_000, scope: scope, writer: "runner", replaces: replaces)
    }

    @Test("Frames, layer, look-up, record, and then a hit")
    func wholeWay() async throws {
        try await withCache { cache in
            let layer = try sample()
            let step = GraphQuery.Step(
                op: Digest(hashing: [9]), parent: .base(chain: [], platform: platform), inputs: [])
            #expect(try await cache.missing(layer.chunkIDs) == Array(layer.chunkIDs.indices))
            let miss = try #require(try await cache.lookup([step]).first)
            #expect(miss.verdict == .miss)
            let key = try #require(miss.key)
            let parent = try #require(miss.parentKey)

            try await cache.upload(layer)
            #expect(try await cache.missing(layer.chunkIDs).isEmpty)
            let kept = try await cache.record(record(key, parent: parent, chain: [layer.diffID]))
            #expect(kept.status == 201)

            let hit = try #require(try await cache.lookup([step]).first)
            #expect(hit.verdict == .hit)
            #expect(hit.chain == [layer.diffID])
            #expect(hit.seconds == 3)
            #expect(hit.scope == .main)

            let recipe = try await cache.http.get(CachePath.layer(cache.project, layer.diffID))
            #expect(recipe.bytes == layer.recipe.encoded())
            let fetched = try await cache.fetch(layer.chunkIDs)
            #expect(Set(fetched).isSuperset(of: layer.chunkIDs))
        }
    }

    @Test("The first record of a key stays, unless the new one replaces it; scopes are apart")
    func records() async throws {
        try await withCache { cache in
            let (first, second) = (try sample(seed: 1), try sample(seed: 2))
            try await cache.upload(first)
            try await cache.upload(second)
            let parent = StepKey.base(chain: [], platform: platform)
            let step = GraphQuery.Step(
                op: Digest(hashing: [9]), parent: .base(chain: [], platform: platform), inputs: [])
            let key = StepKey.step(op: step.op, parent: parent, inputs: [])

            let one = try await cache.record(record(key, parent: parent, chain: [first.diffID]))
            #expect(one.status == 201)
            let two = try await cache.record(record(key, parent: parent, chain: [second.diffID]))
            #expect(two.status == 200)
            #expect(try await cache.lookup([step])[0].chain == [first.diffID])

            let branch = try #require(ScopeName("feature/ü"))
            let own = try await cache.record(record(key, parent: parent, chain: [second.diffID], scope: branch))
            #expect(own.status == 201)
            #expect(try await cache.lookup([step], scopes: [branch, .main])[0].chain == [second.diffID])
            #expect(try await cache.lookup([step], scopes: [.main])[0].chain == [first.diffID])

            let three = try await cache.record(
                record(key, parent: parent, chain: [second.diffID], replaces: true, seconds: 8))
            #expect(three.status == 201)
            let answer = try await cache.lookup([step])[0]
            #expect(answer.chain == [second.diffID])
            #expect(answer.seconds == 8)
        }
    }

    @Test("A record of layers that are not there is refused")
    func recordWithoutLayer() async throws {
        try await withCache { cache in
            let layer = try sample()
            let answer = try await cache.record(
                record(Digest(hashing: [1]), parent: Digest(hashing: [2]), chain: [layer.diffID]))
            #expect(answer.status == 409)
            #expect(answer.failure == .missingContent)
        }
    }

    @Test("COPY --from follows content: the same files by another way are a hit")
    func contentKeys() async throws {
        try await withCache { cache in
            let files = [SampleLayer.File(path: "out/tool", content: randomBytes(50_000, seed: 3))]
            let noise = [SampleLayer.File(path: "tmp/log", content: randomBytes(100, seed: 4))]
            let (plain, noisy) = (try SampleLayer(files), try SampleLayer(noise + files))
            try await cache.upload(plain)
            try await cache.upload(noisy)
            func steps(_ layer: SampleLayer, _ path: String) -> [GraphQuery.Step] {
                [
                    GraphQuery.Step(
                        op: Digest(hashing: layer.diffID.rawBytes), parent: .base(chain: [], platform: platform),
                        inputs: [], built: [layer.diffID]),
                    GraphQuery.Step(
                        op: Digest(hashing: [7]), parent: .base(chain: [], platform: platform),
                        inputs: [.paths([path], of: .step(0))]),
                ]
            }
            let miss = try await cache.lookup(steps(plain, "/out/tool"))[1]
            #expect(miss.verdict == .miss)
            let key = try #require(miss.key)
            _ = try await cache.record(record(key, parent: try #require(miss.parentKey), chain: [plain.diffID]))
            #expect(try await cache.lookup(steps(noisy, "/out/tool"))[1].verdict == .hit)
            #expect(try await cache.lookup(steps(plain, "/out/tool"))[1].verdict == .hit)
            #expect(try await cache.lookup(steps(plain, "/nothing"))[1].verdict == .unknown)
            #expect(try await cache.lookup(steps(noisy, "/tmp/log"))[1].verdict == .miss)
        }
    }

    @Test("Paths of a chain are answered with links followed")
    func chainQuery() async throws {
        try await withCache { cache in
            let layer = try sample()
            try await cache.upload(layer)
            let query = ChainQuery(
                chain: [layer.diffID], paths: ["/app/config", "/app/current", "/app", "/none/x", "/app/loop"])
            let answer = try await cache.http.post(CachePath.chainQuery(cache.project), json: query)
            let paths = try answer.json(ChainAnswer.self).paths
            #expect(paths.map(\.resolved) == ["/app/config", "/app/config", "/app", "/none/x", nil])
            #expect(paths[0].kind == .file)
            #expect(paths[1].kind == .file)
            #expect(paths[0].mode == 0o640)
            #expect(paths[0].uid == 1000)
            #expect(paths[0].gid == 1001)
            #expect(paths[3].kind == nil)
        }
    }

    @Test("Files of a chain are served, links followed")
    func chainFile() async throws {
        try await withCache { cache in
            let layer = try sample()
            try await cache.upload(layer)
            func file(_ path: String) async throws -> TestClient.Answer {
                try await cache.http.post(
                    CachePath.chainFile(cache.project), json: FileQuery(chain: [layer.diffID], path: path))
            }
            let large = try await file("/app/main.bin")
            #expect(large.status == 200)
            #expect(large.bytes == randomBytes(700_000, seed: 1))
            #expect(try await file("/app/current").text == "port=80\n")
            for path in ["/app", "/none", "/app/loop"] {
                let answer = try await file(path)
                #expect(answer.status == 404)
                #expect(answer.failure == .notFound)
            }
        }
    }

    @Test("What one project stored is not there for another")
    func tenancy() async throws {
        try await withCache { cache in
            let layer = try sample()
            try await cache.upload(layer)
            let other = CacheClient(http: cache.http, project: try #require(ProjectName("other")))
            #expect(try await other.missing(layer.chunkIDs).count == layer.chunkIDs.count)
            let recipe = try await other.http.get(CachePath.layer(other.project, layer.diffID))
            #expect(recipe.status == 404)
            let fetch = try await other.http.post(
                CachePath.fetchChunks(other.project), layer.chunkIDs.flatMap(\.rawBytes))
            #expect(fetch.status == 409)
            let query = ChainQuery(chain: [layer.diffID], paths: ["/app"])
            let paths = try await other.http.post(CachePath.chainQuery(other.project), json: query)
            #expect(paths.status == 409)
        }
    }
}
