import AsyncHTTPClient
import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Logging
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Evicting what one identity wrote")
struct IdentityEvictionTests {
    private static let thief = RecordAuthor(identity: "token:ci-stolen", time: 1_000)
    private static let other = RecordAuthor(identity: "token:ci-main", job: "7", time: 900)
    private static let place = Digest(hashing: [99])

    /// A store in which two identities have written the same kinds of things.
    private func withStore(_ body: (Store, ProjectID, Layer) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let store = try Store(opening: directory, options: Store.Options(), logger: .silent)
            defer { store.close() }
            let project = try store.makeProject(named: "shop")
            var writer = store.beginBlob(in: project)
            let tar = SampleImage.layer(["a"], bytesEach: 300)
            unsafe try writer.write(tar.span.bytes)
            let layer = Layer(digest: try writer.commit(expecting: nil).digest, size: tar.count)
            for (number, author) in [Self.thief, Self.other].enumerated() {
                try fill(store, project, layer, UInt8(number), author)
            }
            try body(store, project, layer)
        }
    }

    private struct Layer {
        let digest: Digest
        let size: Int
    }

    private func step(_ number: UInt8, scope: ScopeName = .main, _ author: RecordAuthor?, _ layer: Layer) -> StepRecord
    {
        StepRecord(
            key: Digest(hashing: [number]), parent: Digest(hashing: [50]), chain: [layer.digest], components: [],
            instruction: "RUN make", seconds: 1, created: 5, scope: scope, writer: "w", replaces: false,
            read: [["/a"]], author: author)
    }

    private func fill(
        _ store: Store, _ project: ProjectID, _ layer: Layer, _ number: UInt8, _ author: RecordAuthor
    ) throws {
        let feature = try #require(ScopeName("feature/\(number)"))
        let record = step(number, scope: feature, author, layer)
        #expect(try store.putStep(record, project: project))
        try store.noteAliases(of: record, ChainViews(), project: project)
        try StepLedger(store: store, project: project).note(record, in: Self.place)
        try store.promote(record.key, from: feature, into: .main, project: project)
        var mount = step(number, author, layer)
        mount.key = StepKey.cacheMount(Digest(hashing: [number]))
        mount.parent = mount.key
        #expect(try store.putStep(mount, project: project))
        let repository = Repository(
            try RepositoryName("shop/app\(number)"), project: project, store: store, author: author)
        let (manifest, links) = try image(number, layer, in: repository)
        try repository.put(manifest, links, tags: [.latest], rules: TagRules())
    }

    private func image(
        _ number: UInt8, _ layer: Layer, in repository: Repository
    ) throws -> (StoredManifest, ManifestLinks) {
        let config = Array("{\"number\":\(number)}".utf8)
        try repository.store.keep(config, as: Digest(hashing: config), in: repository.project)
        let document = try JSONDocument.encode(
            Manifest(
                config: SampleImage.descriptor(MediaType.configuration, config),
                layers: [Descriptor(mediaType: MediaType.layer, digest: layer.digest, size: Int64(layer.size))]))
        let manifest = StoredManifest(mediaType: MediaType.manifest, bytes: document)
        return (
            manifest,
            try ManifestLinks(ManifestOutline(document, contentType: MediaType.manifest), manifest, in: repository)
        )
    }

    private func order(
        _ author: RecordAuthor = IdentityEvictionTests.thief, project: String? = nil, since: Int64? = nil,
        isTrial: Bool = false
    ) -> EvictionOrder {
        EvictionOrder(
            writtenBy: author.identity, project: project.flatMap { ProjectName($0) }, since: since, isTrial: isTrial)
    }

    @Test("removes steps, promoted copies, aliases, trails, cache mounts, images and tags, and nothing of others")
    func everything() async throws {
        try await withStore { store, project, layer in
            let tables: [RecordTable] = [.step, .alias, .manifest, .tag]
            func counts() throws -> [Int] {
                try tables.map { try store.keys(in: $0, prefix: [], limit: 100, project: project).count }
            }
            let before = try counts()
            let trial = try IdentityEviction(store: store, order: order(isTrial: true)).run()
            #expect(try counts() == before)
            let report = try IdentityEviction(store: store, order: order()).run()
            let found = try #require(report.projects.first)
            #expect(found.steps == 2 && found.cacheMounts == 1 && found.aliases >= 1 && found.trails == 1)
            #expect(found.manifests == 1 && found.tags == 1 && report.projects.count == 1)
            #expect(trial.projects == report.projects)
            #expect(try counts() == before.map { $0 / 2 })
            for scope in [ScopeName.main, try #require(ScopeName("feature/0"))] {
                #expect(try store.step(Digest(hashing: [0]), scope: scope, project: project) == nil)
            }
            #expect(try store.step(Digest(hashing: [1]), scope: .main, project: project)?.author == Self.other)
            let trail = try StepLedger(store: store, project: project).trail(at: Self.place)
            #expect(trail.marks.map(\.author) == [Self.other])
            let kept = Repository(try RepositoryName("shop/app1"), project: project, store: store)
            #expect(try kept.manifest(.tag(.latest))?.author == Self.other)
            let gone = Repository(try RepositoryName("shop/app0"), project: project, store: store)
            #expect(try gone.manifest(.tag(.latest)) == nil && gone.digest(taggedAs: .latest) == nil)
            // The step is built again, and recorded by somebody else.
            #expect(try store.putStep(step(0, Self.other, layer), project: project))
        }
    }

    @Test("looks at the time and the project, and names need not say the kind")
    func narrowed() async throws {
        try await withStore { store, _, _ in
            let late = try IdentityEviction(store: store, order: order(since: 1_001)).run()
            let elsewhere = try IdentityEviction(store: store, order: order(project: "bank")).run()
            #expect(late.count == 0 && elsewhere.count == 0)
            var short = order(since: 1_000, isTrial: true)
            short.writtenBy = "ci-stolen"
            let found = try IdentityEviction(store: store, order: short).run()
            #expect(found.count > 5)
        }
    }

    @Test("takes tags of others that point at an image of the identity, and leaves who pushed it first")
    func tagsOfOthers() async throws {
        try await withStore { store, project, layer in
            let repository = Repository(
                try RepositoryName("shop/app0"), project: project, store: store, author: Self.other)
            let (manifest, links) = try image(0, layer, in: repository)
            try repository.put(manifest, links, tags: [try TagName("stable")], rules: TagRules())
            #expect(try repository.manifest(manifest.digest)?.author == Self.thief)
            let report = try IdentityEviction(store: store, order: order()).run()
            #expect(report.projects.first?.tags == 2)
            #expect(try repository.digest(taggedAs: TagName("stable")) == nil)
        }
    }

    @Test("goes through a running server, and is in its audit log")
    func command() async throws {
        try await withServer { client, settings in
            for sample in try FuzzedRequest.samples() where sample.method != "DELETE" {
                _ = try await client.send(
                    HTTPMethod(rawValue: sample.method), sample.path,
                    body: sample.body.isEmpty ? nil : .bytes(sample.body), headers: HTTPHeaders(sample.headers))
            }
            #expect(try await client.get("/v2/shop/web/manifests/1.0").status == 200)
            let order = EvictionOrder(writtenBy: "anonymous", project: nil, since: nil, isTrial: false)
            #expect(try await order.carryOut(on: settings).count > 4)
            #expect(try await client.get("/v2/shop/web/manifests/1.0").status == 404)
            #expect(try await client.get("/v2/shop/api/manifests/1").status == 404)
            let key = Digest(hashing: [1])
            let query = CacheMountQuery(scopes: [.main], key: key)
            let shop = try #require(ProjectName("shop"))
            let mount = try await client.post(CachePath.cacheMountQuery(shop), json: query)
            #expect(try mount.json(CacheMountAnswer.self).layer == nil)
            let lines = try await AuditLine.read(of: settings, count: 8)
            var line: AuditLine?
            _ = try await eventually {
                line = try AuditLine.read(settings.root.appending("audit.log")).first { $0.action == "evict" }
                return line != nil
            }
            #expect(line?.reference == "anonymous" && (line?.count ?? 0) > 4 && lines.count >= 8)
        }
    }
}
