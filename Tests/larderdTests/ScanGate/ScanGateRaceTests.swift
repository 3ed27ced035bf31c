import CacheAPI
import ChunkStore
import FoundationEssentials
import Glibc
import NIOHTTP1
import NIOPosix
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What happens to an image while the scanner is at it.
@Suite("The scan gate, while an image is judged", .timeLimit(.minutes(5)))
struct ScanGateRaceTests {
    /// Waits for the test, and passes.
    private static let slow = "while test ! -e $PLACE/go; do sleep 0.05; done; \(GateLab.pass)"
    private static let quarantine = #", "mode": "quarantine""#

    private func wait(_ isDone: () async throws -> Bool) async throws {
        for _ in 0..<3000 {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it did not come to that")
    }

    @Test("what an administrator refuses stays refused, whatever the scanner says that was asked before")
    func refusedMeanwhile() async throws {
        try await GateLab.run(Self.slow, more: Self.quarantine) { lab in
            let (answer, digest) = try await lab.push("1")
            #expect(answer.status == 201)
            try await wait { lab.calls == 1 }
            #expect(try await lab.decide(.refuse, digest).map(\.state) == [.refused])
            try lab.touch("go")
            try await wait { try await lab.client.get("/metrics").text.contains(#"scans_total{result="pass"} 1"#) }
            #expect(try await lab.tagged("1") == nil)
            #expect(try await lab.quarantine().map(\.reason) == ["looked at"])
            // What is known of it is what the administrator said.
            #expect(try await lab.push("2").answer.text.contains("looked at"))
        }
    }

    @Test("a tag that is deleted does not come back with the verdict")
    func deletedMeanwhile() async throws {
        let script = "while test ! -e $PLACE/$LARDER_DIGEST; do sleep 0.05; done; \(GateLab.pass)"
        try await GateLab.run(script, more: Self.quarantine) { lab in
            let (_, old) = try await lab.push("1")
            try lab.touch(old)
            #expect(try await lab.awaitTag("1") == old)
            let (_, new) = try await lab.push("1", seed: 2)
            _ = try await lab.push("2", seed: 2)
            for tag in ["1", "2"] {
                #expect(try await lab.client.send(.DELETE, "/v2/shop/api/manifests/\(tag)").status == 202)
            }
            #expect(try await lab.client.send(.DELETE, "/v2/shop/api/manifests/2").status == 404)
            try lab.touch(new)
            try await wait { try await lab.quarantine().isEmpty }
            #expect(try await lab.tagged("1") == nil)
            #expect(try await lab.tagged("2") == nil)
        }
    }

    @Test("a tag that waits goes with all else that an identity wrote, also for an image that was there before")
    func distrusted() async throws {
        try await GateLab.run(Self.slow, more: Self.quarantine) { lab in
            let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: 1)])
            let digest = "\(OCIDigest(.sha256, hashing: image.manifest))"
            for blob in image.blobs + [image.config] { _ = try await lab.client.push(blob, to: "shop/api") }
            #expect(try await lab.client.put(image.manifest, to: "shop/api", as: digest).status == 201)
            let before = Int64(clamping: WallClock.seconds)
            try await wait { Int64(clamping: WallClock.seconds) > before }
            #expect(try await lab.push("1").digest == digest)
            let order = EvictionOrder(writtenBy: "anonymous", project: nil, since: before + 1, isTrial: false)
            #expect(try await order.carryOut(on: lab.settings).projects.map(\.tags) == [1])
            try lab.touch("go")
            try await wait { try await lab.quarantine().isEmpty }
            #expect(try await lab.tagged("1") == nil)
            #expect(try await lab.client.get("/v2/shop/api/manifests/\(digest)").status == 200)
        }
    }

    @Test("an image with several names that is not judged in time gets all of them when it passes")
    func severalNames() async throws {
        try await GateLab.run(Self.slow, more: #", "wait": "1s""#) { lab in
            let shop = try #require(ProjectName("shop"))
            _ = try await lab.client.push(Array("{}".utf8), to: "shop/api")
            let config = try SampleImage(layers: []).configText
            let names = ["shop/api:1", "shop/api:2", "shop/web:1"]
            let made = try await lab.client.post(
                CachePath.images(shop), json: AssembleRequest(names: names, config: config))
            #expect(made.status == 403 && made.text.contains("has not judged"), "\(made.text)")
            try lab.touch("go")
            for name in names {
                let path = "/v2/" + name.replacing(":", with: "/manifests/")
                try await wait { try await lab.client.get(path).status == 200 }
            }
        }
    }

    @Test("a verdict cannot come between a tag that is set or deleted without being held and that nothing waits for it")
    func verdictMeanwhile() throws {
        let directory = try TemporaryDirectory()
        let quarantine = try Quarantine(in: FilePath(directory.path))
        let name = try RepositoryName("shop/api")
        let key = QuarantineEntry.Key(name, OCIDigest(.sha256, hashing: [1]))
        try quarantine.enter(.init(key, tags: ["1", "2"], since: 1, author: nil))
        let tag = Mutex("old")
        let hasSettled = Mutex(false)
        func comes(within milliseconds: Int) -> Bool {
            for _ in 0..<milliseconds / 10 where !hasSettled.withLock({ $0 }) { usleep(10_000) }
            return hasSettled.withLock { $0 }
        }
        let settled = try quarantine.taking(["1"], of: "shop/api") {
            tag.withLock { $0 = "new" }
            // As a verdict does that comes now: it sets the tags that wait still.
            NIOThreadPool.singleton.submit { _ in
                quarantine.exclusively {
                    if quarantine[key]?.tags.contains("1") == true { tag.withLock { $0 = "old" } }
                }
                hasSettled.withLock { $0 = true }
            }
            // Long enough for it to come first if it could.
            return comes(within: 200)
        }
        #expect(!settled.result && settled.wasAwaited)
        #expect(comes(within: 120_000))
        #expect(tag.withLock { $0 } == "new")
        #expect(quarantine[key]?.tags == ["2"])
    }

    @Test("a tag is that of whoever pushed the image to it, also when several did")
    func authors() async throws {
        try await withRegistry { registry in
            let digest = OCIDigest.sha256(
                try await registry.push(try SampleImage(layers: [SampleImage.layer(["a"])]), to: "shop/api", as: "0"))
            let name = try RepositoryName("shop/api")
            let authors = try await registry.executor.run { store in
                let quarantine = try Quarantine(in: registry.root)
                let keeper = QuarantineKeeper(store: store, quarantine: quarantine, rules: TagRules(), webhooks: nil)
                let project = try #require(try Repository(name, in: store)?.project)
                for (who, tags) in [("alice", ["1", "2"]), ("bob", ["2", "3"]), ("eve", ["4"]), ("bob", ["5"])] {
                    let author = RecordAuthor(identity: "token:\(who)", time: 1)
                    let repository = Repository(name, project: project, store: store, author: author)
                    _ = try keeper.enter(digest, tags: try tags.map { try TagName($0) }, in: repository, at: 1)
                }
                let key = QuarantineEntry.Key(name, digest)
                #expect(quarantine[key]?.identities == ["token:alice", "token:bob", "token:eve"])
                let order = EvictionOrder(writtenBy: "token:eve", project: nil, since: nil, isTrial: false)
                _ = try IdentityEviction(store: store, order: order, events: nil, quarantine: quarantine).run()
                #expect(try keeper.settle(key, nil) == .admitted)
                let repository = Repository(name, project: project, store: store)
                return try ["1", "2", "3", "4", "5"].map { text in
                    let record = try store.record(in: .tag, key: repository.key(try TagName(text)), project: project)
                    return record.flatMap { TagTarget(decoding: $0)?.author?.identity }
                }
            }
            #expect(authors == ["token:alice", "token:bob", "token:bob", nil, "token:bob"])
        }
    }

    @Test("images that the scanner cannot judge keep nobody waiting")
    func failingLast() throws {
        let directory = try TemporaryDirectory()
        let quarantine = try Quarantine(in: FilePath(directory.path))
        let name = try RepositoryName("shop/api")
        func key(_ number: UInt8) -> QuarantineEntry.Key { .init(name, OCIDigest(.sha256, hashing: [number])) }
        for number in UInt8(1)...5 {
            try quarantine.enter(.init(key(number), tags: ["\(number)"], since: Int64(number), author: nil))
        }
        try quarantine.update(key(1)) { $0.state = .failing }
        try quarantine.update(key(2)) { $0.state = .refused }
        try quarantine.update(key(4)) { $0.next = 11 }
        #expect(quarantine.due(at: 10).map(\.key) == [key(3), key(5), key(1)])
        #expect(quarantine.due(at: 11).map(\.key) == [key(3), key(4), key(5), key(1)])
    }

    @Test("an image that would fill the disk is not copied for the scanner")
    func noRoom() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write("sleep 300", more: Self.quarantine, in: directory)
            try await GateLab.serve(directory) { lab async throws in
                #expect(try await lab.push("1").answer.status == 201)
            }
            try await GateLab.serve(directory, diskReserve: 1 << 60) { lab in
                try await wait { try await lab.quarantine().first?.reason?.contains("no room") == true }
            }
        }
    }

    @Test("copies that a server left that was killed are removed by the next, and by no other")
    func leftovers() throws {
        let directory = try TemporaryDirectory()
        let place = FilePath(directory.path)
        let scanner = Scanner(Settings(root: place.appending("root")), tokens: nil)
        let other = Scanner(Settings(root: place.appending("other")), tokens: nil)
        let (own, foreign) = (scanner.layoutPrefix + "1", other.layoutPrefix + "1")
        for name in [own, foreign, "mine"] {
            let path = place.appending(name).appending("blobs").string
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        scanner.clear(place)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: place.string)) == [foreign, "mine"])
    }
}
