import Access
import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// What of a project is kept apart by scope.
@Suite("A scope is read and written by those whose grant has it")
struct ScopeAccessTests {
    private let key = StepKey.step(
        op: Digest(hashing: [9]), parent: StepKey.base(chain: [], platform: "linux/amd64"), inputs: [])
    private let step = GraphQuery.Step(
        op: Digest(hashing: [9]), parent: .base(chain: [], platform: "linux/amd64"), inputs: [])

    private func json(_ value: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder().encode(value)) }

    private func record(in scope: ScopeName) -> StepRecord {
        StepRecord(
            key: key, parent: key, chain: [], components: [], instruction: "RUN make", seconds: 1,
            created: 1_700_000_000, scope: scope, writer: "w", replaces: false, lineage: [Digest(hashing: [3])])
    }

    private func verdict(
        _ server: RoleServer, _ scopes: [ScopeName], as role: Role
    ) async throws -> GraphAnswer.Verdict? {
        let shop = try #require(ProjectName("shop"))
        let answer = try await server.send(
            .POST, CachePath.lookup(shop), json(GraphQuery(scopes: scopes, steps: [step])), as: role)
        return try answer.json(GraphAnswer.self).steps.first?.verdict
    }

    @Test("Look-ups and explanations show only scopes that are read; records go only into those that are written")
    func steps() async throws {
        let (shop, branch, other) = (
            try #require(ProjectName("shop")), try #require(ScopeName("feature/x")), try #require(ScopeName("secret"))
        )
        try await RoleServer.run { server in
            let path = CachePath.steps(shop)
            #expect(try await server.send(.POST, path, json(record(in: branch)), as: .wrongScope).status == 201)
            #expect(try await server.send(.POST, path, json(record(in: branch)), as: .write).status == 403)
            #expect(try await server.send(.POST, path, json(record(in: other)), as: .admin).status == 201)
            for (role, finds) in [(Role.wrongScope, true), (.admin, true), (.write, false), (.read, false)] {
                #expect(try await verdict(server, [branch], as: role) == (finds ? .hit : .miss), "\(role.rawValue)")
                let query = ExplainQuery(
                    scopes: [branch],
                    steps: [
                        .init(
                            lineage: [Digest(hashing: [3])], key: key, parent: nil, components: [], instruction: "RUN")
                    ])
                let answer = try await server.send(.POST, CachePath.explain(shop), json(query), as: role)
                let nearest = try answer.json(ExplainAnswer.self).steps.first?.nearest
                #expect((nearest != nil) == finds, "\(role.rawValue)")
                if role != .admin { #expect(nearest?.scope != other) }
            }
        }
    }

    @Test("Whoever only reads a scope claims nothing in it")
    func claims() async throws {
        let shop = try #require(ProjectName("shop"))
        try await RoleServer.run { server in
            func look(_ id: String, as role: Role) async throws -> GraphAnswer.Verdict? {
                let claim = GraphQuery.Claim(id: id, writer: id, waits: true)
                let query = GraphQuery(scopes: [.main], steps: [step], claim: claim)
                let answer = try await server.send(.POST, CachePath.lookup(shop), json(query), as: role)
                return try answer.json(GraphAnswer.self).steps.first?.verdict
            }
            let first = try await look("reader", as: .read)
            #expect(first == .miss)
            #expect(try await look("branch", as: .wrongScope) == .miss)
            #expect(try await look("first", as: .write) == .miss)
            #expect(try await look("second", as: .admin) == .building)
            #expect(try await look("reader", as: .read) == .building)
        }
    }

    @Test("A branch's tags carry its name, in other tags' images it changes nothing")
    func tags() async throws {
        let index = Array(
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#.utf8)
        try await RoleServer.run { server in
            func put(_ place: String, as role: Role) async throws -> UInt {
                try await server.send(.PUT, "/v2/shop/\(place)", index, type: MediaType.index, as: role).status
            }
            let first = try await put("app/manifests/latest", as: .write)
            #expect(first == 201)
            #expect(try await put("app/manifests/latest", as: .wrongScope) == 403)
            #expect(try await put("app/manifests/1.2-feature-x", as: .wrongScope) == 201)
            #expect(try await put("app/cache-feature-x/manifests/any", as: .wrongScope) == 201)
            #expect(try await put("cache/feature-x/manifests/any", as: .wrongScope) == 201)
            #expect(try await put("cache/feature-y/manifests/any", as: .wrongScope) == 403)
            let digest = Digest(hashing: index)
            #expect(try await put("app/manifests/\(digest)?tag=feature-x&tag=v1", as: .wrongScope) == 403)
            // By digest, a delete takes the tags along.
            let path = "/v2/shop/app/manifests/\(digest)"
            #expect(try await server.send(.DELETE, path, as: .deleteBranch).status == 403)
            #expect(try await server.send(.DELETE, path, as: .delete).status == 202)
        }
    }

    @Test("What mounts of type cache hold is found in scopes that are read, and kept in those that are written")
    func cacheMounts() async throws {
        let (shop, branch) = (try #require(ProjectName("shop")), try #require(ScopeName("feature/x")))
        let layer = try SampleLayer([SampleLayer.File(path: "a", content: [1, 2, 3])])
        try await RoleServer.run { server in
            func keep(_ scope: ScopeName, as role: Role) async throws -> UInt {
                let mount = CacheMountRecord(
                    key: Digest(hashing: [7]), layer: layer.diffID, scope: scope, id: "npm", created: 1, writer: "w")
                return try await server.send(.POST, CachePath.cacheMounts(shop), json(mount), as: role).status
            }
            func found(_ scopes: [ScopeName], as role: Role) async throws -> Digest? {
                let query = CacheMountQuery(scopes: scopes, key: Digest(hashing: [7]))
                return try await server.send(.POST, CachePath.cacheMountQuery(shop), json(query), as: role)
                    .json(CacheMountAnswer.self).layer
            }
            let frames = try await server.send(.POST, CachePath.frames(shop), layer.body, as: .wrongScope)
            #expect(frames.status == 204)
            let recipe = layer.recipe.encoded()
            let committed = try await server.send(
                .PUT, CachePath.layer(shop, layer.diffID), recipe, as: .wrongScope)
            #expect(committed.status < 300, "\(committed.text)")
            #expect(try await keep(branch, as: .write) == 403)
            #expect(try await keep(.main, as: .wrongScope) == 403)
            #expect(try await keep(branch, as: .wrongScope) == 201)
            for (role, finds) in [(Role.wrongScope, true), (.admin, true), (.write, false), (.read, false)] {
                #expect((try await found([branch, .main], as: role) != nil) == finds, "\(role.rawValue)")
            }
            #expect(try await keep(.main, as: .write) == 201)
            for role in [Role.wrongScope, .write, .read] {
                #expect(try await found([.main], as: role) == layer.diffID, "\(role.rawValue)")
            }
        }
    }

    @Test("BuildKit's caches of one tag are merged for one scope only; what another scope pushes replaces them")
    func buildCaches() async throws {
        try await RoleServer.run { server in
            let repository = "/v2/shop/cache"
            func push(_ writer: SampleWriter, as role: Role) async throws {
                for blob in writer.layers + [writer.config] {
                    let path = "\(repository)/blobs/uploads/?digest=\(Digest(hashing: blob))"
                    #expect(try await server.send(.POST, path, blob, as: role).status == 201)
                }
                let answer = try await server.send(
                    .PUT, "\(repository)/manifests/feature-x", writer.manifest, type: writer.form.mediaType, as: role)
                #expect(answer.status == 201, "\(answer.text)")
            }
            func keys() async throws -> Set<String> {
                let answer = try await server.send(.GET, "\(repository)/manifests/feature-x", as: .read)
                let manifest = try BuildCacheManifest(
                    answer.bytes, mediaType: answer.headers.first(name: "content-type") ?? "")
                let blob = try await server.send(.GET, "\(repository)/blobs/\(manifest.config.digest)", as: .read)
                let config = try JSONDecoder().decode(BuildCacheConfig.self, from: Data(blob.bytes))
                return Set((config.records ?? []).compactMap(\.digest))
            }
            let (one, two, three) = (try SampleWriter("one"), try SampleWriter("two"), try SampleWriter("three"))
            try await push(one, as: .wrongScope)
            try await push(two, as: .wrongScope)
            #expect(try await keys().isSuperset(of: one.keys + two.keys))
            try await push(three, as: .write)
            let replaced = try await keys()
            #expect(replaced.isSuperset(of: three.keys) && replaced.isDisjoint(with: one.keys + two.keys))
            try await push(two, as: .wrongScope)
            let back = try await keys()
            #expect(back.isSuperset(of: two.keys) && back.isDisjoint(with: one.keys + three.keys))
        }
    }
}
