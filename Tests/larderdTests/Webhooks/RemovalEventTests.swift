import CacheAPI
import Chunking
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore
@testable import larderd

@Suite("Webhooks are told of what goes")
struct RemovalEventTests {
    /// A store whose queue tests look into; nobody is told.
    private func withStore(
        _ body: @Sendable (Store, ManualClock, ProjectID, Webhooks, Settings) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.webhooks = try Receiver.write(directory, port: 1, more: #", "events": "*.removed""#)
            settings.leasePeriod = 0
            let clock = ManualClock()
            var options = clock.options
            options.leasePeriod = 0
            let store = try Store(opening: settings.root, options: options, logger: .silent)
            defer { store.close() }
            let webhooks = try #require(try Webhooks(settings, metrics: ServerMetrics(), logger: .silent))
            try body(store, clock, try store.makeProject(named: "shop"), webhooks, settings)
        }
    }

    private func put(_ tags: [String], config: String, type: String, _ store: Store, _ project: ProjectID) throws {
        let author = RecordAuthor(identity: "token:ci", time: 1)
        let repository = Repository(
            try RepositoryName("shop/api"), project: project, store: store, author: author)
        let config = Array(config.utf8)
        try store.keep(config, as: Digest(hashing: config), in: project)
        let document = try JSONDocument.encode(Manifest(config: SampleImage.descriptor(type, config), layers: []))
        let manifest = StoredManifest(mediaType: MediaType.manifest, bytes: document)
        let links = try ManifestLinks(
            ManifestOutline(document, contentType: MediaType.manifest), manifest, in: repository)
        try repository.put(manifest, links, tags: try tags.map { try TagName($0) }, rules: TagRules())
    }

    private func told(_ webhooks: Webhooks) -> [String] {
        webhooks.queue.contents.events.values.sorted { $0.number < $1.number }.map { event in
            let value = try? JSONDecoder().decode(JSONValue.self, from: Data(event.body.utf8))
            let data = value?["data"] ?? .null
            let what =
                data["tag"].string.isEmpty
                ? data["count"] == .null ? "" : "\(Int(data["count"].double))" : data["tag"].string
            return "\(event.type) \(what) \(data["reason"].string)"
        }.sorted()
    }

    @Test("by a rule of retention, with the image; caches of BuildKit go silently")
    func retention() async throws {
        try await withStore { store, clock, project, webhooks, settings in
            try put(["1"], config: "{}", type: MediaType.configuration, store, project)
            try put(["c1"], config: "[]", type: MediaType.buildCache, store, project)
            var rules = settings
            rules.tagRules.retention = try #require(RetentionRule.rules("*=1"))
            clock.advance(by: 100)
            let events = RemovalEvents(.retention, of: store, telling: webhooks)
            try put(["2"], config: "{ }", type: MediaType.configuration, store, project)
            let report = try rules.tagUpkeep(of: store, telling: events, shouldStop: { false }).run()
            events?.flush()
            #expect(report.tags == 2)
            #expect(told(webhooks) == ["manifest.removed  retention", "tag.removed 1 retention"], "\(told(webhooks))")
        }
    }

    @Test("by a policy: images one by one, steps as a count")
    func policy() async throws {
        try await withStore { store, clock, project, webhooks, settings in
            try put([], config: "{}", type: MediaType.configuration, store, project)
            try put([], config: "[]", type: MediaType.buildCache, store, project)
            for number in 0..<3 as Range<UInt8> {
                _ = try store.put([1], in: .step, key: [number + 1], project: project)
            }
            let events = RemovalEvents(.policy, of: store, telling: webhooks)
            var policy = settings.collectionPolicy(telling: events)
            policy.ageMaximum = 5
            clock.advance(by: 10_000)
            let report = try store.collect(policy)
            events?.flush()
            #expect(report.evictedRecords >= 5)
            #expect(told(webhooks) == ["manifest.removed  policy", "steps.removed 3 policy"], "\(told(webhooks))")
        }
    }

    @Test("by larderd evict, with who it was")
    func command() async throws {
        try await withStore { store, _, project, webhooks, _ in
            try put(["1"], config: "{}", type: MediaType.configuration, store, project)
            let order = EvictionOrder(writtenBy: "token:ci", isTrial: false)
            let trial = EvictionOrder(writtenBy: "token:ci", isTrial: true)
            for order in [trial, order] {
                let events = RemovalEvents(.distrusted, of: store, by: "command", telling: webhooks)
                _ = try IdentityEviction(store: store, order: order, events: events).run()
                if order.isTrial { #expect(told(webhooks).isEmpty) }
            }
            #expect(
                told(webhooks) == ["manifest.removed  distrusted", "tag.removed 1 distrusted"], "\(told(webhooks))")
            let bodies = webhooks.queue.contents.events.values.map(\.body)
            #expect(bodies.allSatisfy { $0.contains(#""identity":"command""#) })
        }
    }
}
