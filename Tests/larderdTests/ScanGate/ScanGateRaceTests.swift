import CacheAPI
import FoundationEssentials
import NIOHTTP1
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
