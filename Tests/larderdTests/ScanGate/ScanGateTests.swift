import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import Glibc
import Hummingbird
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("The scan gate of a running server", .timeLimit(.minutes(5)))
struct ScanGateTests {
    @Test("lets images pass that the scanner has seen whole, keeps the verdict as a referrer, and asks once")
    func pass() async throws {
        let script = """
            set -e
            grep -q imageLayoutVersion $1/oci-layout
            digest=$(sed 's/.*"digest":"sha256:\\([0-9a-f]*\\)".*/\\1/' $1/index.json)
            for blob in $(grep -o 'sha256:[0-9a-f]*' $1/blobs/sha256/$digest | cut -d: -f2) $digest; do
                echo "$blob  $1/blobs/sha256/$blob" | sha256sum --quiet --check - >&2
            done
            test "$LARDER_DIGEST" = sha256:$digest && test "$LARDER_REPOSITORY" = shop/api
            test -z "$(env | grep -v -E '^(PATH|LANG|HOME|TMPDIR|LARDER_|PWD|OLDPWD|SHLVL|_)')"
            test ! -t 0 && test -z "$(cat)"
            \(GateLab.pass)
            """
        try await GateLab.run(script) { lab in
            let (answer, digest) = try await lab.push("1")
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try await lab.tagged("1") == digest)
            #expect(try await lab.quarantine().isEmpty)
            let type = StoredVerdict.artifactType.replacing("+", with: "%2B")
            let referrers = try await lab.client.get("/v2/shop/api/referrers/\(digest)?artifactType=\(type)")
            let entry = try referrers.json(JSONValue.self)["manifests"][0]
            #expect(entry["artifactType"].string == StoredVerdict.artifactType)
            #expect(entry["annotations"]["io.larder.verdict"].string == "pass")
            let verdict = try await lab.client.get("/v2/shop/api/manifests/\(entry["digest"].string)").json(
                JSONValue.self)
            #expect(verdict["subject"]["digest"].string == digest)
            let blob = verdict["layers"][0]["digest"].string
            let document = try await lab.client.get("/v2/shop/api/blobs/\(blob)").json(JSONValue.self)
            #expect(document["verdict"]["scanner"].string == "script 1")
            #expect(document["verdict"]["findings"]["low"] == .integer(3))
            #expect(try await lab.push("2").answer.status == 201)
            #expect(try await lab.tagged("2") == digest && lab.calls == 1)
            #expect(FileManager.default.fileExists(atPath: lab.settings.root.appending("scan").string))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: lab.settings.root.appending("scan").string) == [])
        }
    }

    @Test("refuses with the reason, leaves the tag where it was, and still does after a restart")
    func refuse() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write(
                "grep -q $(cat $PLACE/good) $1/index.json && \(GateLab.pass) || \(GateLab.refuse)", in: directory)
            try Data("nothing".utf8).write(to: URL(filePath: directory.appending("good").string))
            let bad = Noted()
            try await GateLab.serve(directory) { lab in
                let (answer, digest) = try await lab.push("1")
                bad.text.withLock { $0 = digest }
                #expect(answer.status == 403 && answer.registryError == "DENIED")
                #expect(answer.text.contains("CVE-2026-1 in libold; 1 critical"), "\(answer.text)")
                #expect(try await lab.tagged("1") == nil)
                let entry = try #require(try await lab.quarantine().first)
                #expect(entry.state == .refused && entry.tags == ["1"] && entry.key.digest == digest)
                let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: 2)])
                let good = "\(OCIDigest(.sha256, hashing: image.manifest))"
                try Data(good.dropFirst(7).utf8).write(to: URL(filePath: directory.appending("good").string))
                #expect(try await lab.push("1", seed: 2).answer.status == 201)
                #expect(try await lab.push("1").answer.status == 403)
                #expect(try await lab.tagged("1") == good)
            }
            try await GateLab.serve(directory) { lab async throws in
                let (calls, digest) = (lab.calls, bad.text.withLock { $0 })
                #expect(try await lab.push("3").answer.status == 403)
                #expect(lab.calls == calls)
                #expect(try await lab.decide(.pass, digest) == [])
                #expect(try await lab.tagged("3") == digest)
                #expect(try await lab.push("4").answer.status == 201)
            }
        }
    }

    @Test("in quarantine mode answers at once; tags come with the verdict, those that were pushed last")
    func quarantine() async throws {
        let script = "while test ! -e $PLACE/$LARDER_DIGEST; do sleep 0.05; done; \(GateLab.pass)"
        try await GateLab.run(script, more: #", "mode": "quarantine""#) { lab in
            let (first, old) = try await lab.push("1")
            let (second, new) = try await lab.push("1", seed: 2)
            #expect(first.status == 201 && second.status == 201)
            #expect(first.headers.first(name: "warning")?.contains("judged") == true)
            #expect(try await lab.tagged("1") == nil)
            let waiting = try await lab.quarantine().map(\.tags)
            #expect(waiting == [[], ["1"]] || waiting == [["1"], []])
            try lab.touch(new)
            #expect(try await lab.awaitTag("1") == new)
            try lab.touch(old)
            #expect(try await eventually { try await lab.quarantine().isEmpty })
            #expect(try await lab.tagged("1") == new)
        }
    }

    @Test("tells a push that it was not judged in time, and sets the tag when it is")
    func late() async throws {
        let script = "while test ! -e $PLACE/go; do sleep 0.05; done; \(GateLab.pass)"
        try await GateLab.run(script, more: #", "wait": "1s""#) { lab in
            let (answer, digest) = try await lab.push("1")
            #expect(answer.status == 403 && answer.text.contains("has not judged"))
            try lab.touch("go")
            #expect(try await lab.awaitTag("1") == digest)
        }
    }

    @Test(
        "takes an odd scanner for one that failed: nothing passes, the push says why, an administrator decides",
        arguments: [
            ("echo broken >&2; exit 3", "broken"), ("yes '{\"verdict\":\"pass\"}' | head -c 5000000", "bytes"),
            ("kill -9 $$", "ended with"), ("echo '{\"verdict\":\"perhaps\"}'", "pass"), ("true", "cannot be read"),
            ("echo $$ >>$PLACE/pids; sleep 300 & echo $! >>$PLACE/pids; sleep 300", "more than 1 s"),
        ])
    func odd(script: String, words: String) async throws {
        // Only the one that never ends is not to have the time that a busy machine takes.
        let time = words.hasPrefix("more than") ? "1s" : "5m"
        try await GateLab.run(script, more: ", \"timeout\": \"\(time)\"") { lab in
            let (answer, digest) = try await lab.push("1")
            #expect(answer.status == 403 && answer.text.contains(words), "\(answer.text)")
            #expect(try await lab.tagged("1") == nil && lab.calls == 3)
            let entry = try #require(try await lab.quarantine().first)
            #expect(entry.state == .failing && entry.failures == 3)
            let metrics = try await lab.client.get("/metrics").text
            #expect(metrics.contains(#"larderd_scans_total{result="failed"} 3"#))
            #expect(metrics.contains(#"larderd_quarantine{state="failing"} 1"#))
            // Nothing that it began is left.
            let pids = FileManager.default.contents(atPath: lab.directory.appending("pids").string) ?? Data()
            for pid in String(decoding: pids, as: UTF8.self).split(separator: "\n").compactMap({ Int32($0) }) {
                #expect(try await eventually { kill(pid, 0) != 0 })
            }
            #expect(try await lab.decide(.refuse, digest).map(\.state) == [.refused])
            #expect(try await lab.push("1").answer.text.contains("looked at"))
            #expect(try await lab.decide(.pass, digest).isEmpty)
            #expect(try await lab.tagged("1") == digest)
        }
    }

    @Test("lets images pass that the scanner cannot judge where that was asked for")
    func failOpen() async throws {
        try await GateLab.run("exit 1", more: #", "on-failure": "release""#) { lab in
            let (answer, digest) = try await lab.push("1")
            #expect(answer.status == 201)
            #expect(try await lab.tagged("1") == digest)
            #expect(try await lab.quarantine().isEmpty)
        }
    }

    @Test("goes on with what it had not judged after a restart")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write("sleep 300", more: #", "mode": "quarantine""#, in: directory)
            let digest = Noted()
            try await GateLab.serve(directory) { lab in
                let pushed = try await lab.push("1")
                digest.text.withLock { $0 = pushed.digest }
                #expect(pushed.answer.status == 201)
                _ = try await eventually { lab.calls > 0 }
                #expect(lab.calls == 1)
            }
            try GateLab.write(GateLab.pass, in: directory)
            try await GateLab.serve(directory) { lab async throws in
                let pushed = digest.text.withLock { $0 }
                #expect(try await lab.awaitTag("1") == pushed)
            }
        }
    }

    @Test("judges what builds make as what is pushed, and neither BuildKit's caches nor what is about an image")
    func exempt() async throws {
        try await GateLab.run(GateLab.refuse) { lab in
            let shop = try #require(ProjectName("shop"))
            let empty = try await lab.client.push(Array("{}".utf8), to: "shop/api")
            let made = try await lab.client.post(
                CachePath.images(shop),
                json: AssembleRequest(names: ["shop/api:built"], config: try SampleImage(layers: []).configText))
            #expect(made.status == 403 && made.text.contains("CVE-2026-1"), "\(made.text)")
            #expect(try await lab.tagged("built") == nil && lab.calls == 1)
            func put(_ type: String, _ tag: String, _ more: String = "") async throws -> TestClient.Answer {
                let document = """
                    {"schemaVersion":2,"mediaType":"\(MediaType.manifest)",\(more)
                     "config":{"mediaType":"\(type)","digest":"\(empty)","size":2},"layers":[]}
                    """
                return try await lab.client.put(Array(document.utf8), to: "shop/api", as: tag)
            }
            let subject = #""subject":{"mediaType":"\#(MediaType.manifest)","digest":"\#(empty)","size":2},"#
            #expect(try await put(MediaType.buildCache, "cache").status == 201)
            #expect(try await put("application/x-chart", "chart").status == 201)
            #expect(try await put(MediaType.configuration, "about", subject).status == 201)
            #expect(try await put(MediaType.configuration, "sha256-ab.sig").status == 201)
            #expect(lab.calls == 1)
            let forged = try await put(
                MediaType.configuration, "v", "\"artifactType\":\"\(StoredVerdict.artifactType)\"," + subject)
            #expect(forged.status == 403 && forged.text.contains("verdict"))
        }
    }

    @Test("shows what is in quarantine to administrators and the scanner alone, with a token that does nothing else")
    func service() async throws {
        let router = Router()
        let box = ServiceBox()
        router.post("/judge") { request, _ in
            let bytes = try await request.body.collect(upTo: 1 << 20)
            let order = try JSONDecoder().decode(ScanService.Order.self, from: Data(bytes.readableBytesView))
            let client = TestClient(port: box.port.withLock { $0 })
            let headers: HTTPHeaders = ["authorization": order.authorization ?? ""]
            let path = "/v2/\(order.repository)/manifests/\(order.digest)"
            let answers = [
                try await client.send(.GET, path, headers: headers),
                try await client.send(.GET, "/v2/shop/other/tags/list", headers: headers),
                try await client.send(.POST, "/v2/shop/api/blobs/uploads/", headers: headers),
                try await client.send(.GET, "/api/v1/projects/shop/scopes", headers: headers),
            ]
            box.seen.withLock { $0 = answers.map(\.status) }
            box.orders.withLock { $0.append(order) }
            return Response(status: .ok, body: .init(byteBuffer: .init(string: #"{"verdict":"refuse","reason":"no"}"#)))
        }
        try await TestServer.run(router) { port in
            try await withTemporaryDirectory { directory in
                let file = directory.appending("gate.json")
                try Data("{\"url\": \"http://127.0.0.1:\(port)/judge\"}".utf8).write(to: URL(filePath: file.string))
                try await RoleServer.run({ $0.scanGate = file }) { server in
                    box.port.withLock { $0 = server.client.port }
                    let manifest = try SampleImage(layers: [])
                    let begun = try await server.send(.POST, "/v2/shop/api/blobs/uploads/", as: .write)
                    let place = try #require(begun.headers.first(name: "location"))
                    let stored = try await server.send(
                        .PUT, "\(place)?digest=\(Digest(hashing: manifest.config))", manifest.config, as: .write)
                    #expect(stored.status == 201)
                    let answer = try await server.send(
                        .PUT, "/v2/shop/api/manifests/1", manifest.manifest, type: MediaType.manifest, as: .write)
                    #expect(answer.status == 403 && answer.text.contains("refuses"), "\(answer.text)")
                    #expect(box.seen.withLock { $0 } == [200, 401, 401, 401])
                    let order = try #require(box.orders.withLock { $0.first })
                    #expect(order.tags == ["1"] && order.reference.hasSuffix("/shop/api@\(order.digest)"))
                    let path = "/v2/shop/api/manifests/\(order.digest)"
                    for (role, status) in [(Role.read, 403), (.write, 403), (.admin, 200), (.both, 200), (.bank, 404)] {
                        #expect(try await server.send(.GET, path, as: role).status == status, "\(role)")
                    }
                    let shown = "/api/v1/projects/shop/image?repository=shop/api&reference=\(order.digest)"
                    #expect(try await server.send(.GET, shown, as: .read).status == 403)
                    #expect(try await server.send(.GET, shown, as: .both).status == 200)
                    #expect(try await server.send(.GET, path, as: .read).text.contains("quarantine"))
                }
            }
        }
    }

    private final class Noted: Sendable {
        let text = Mutex("")
    }

    private final class ServiceBox: Sendable {
        let orders = Mutex<[ScanService.Order]>([])
        let seen = Mutex<[UInt]>([])
        let port = Mutex(0)
    }

    @Test("holds in a copy of the root what it holds in the root")
    func copies() async throws {
        try await GateLab.run(GateLab.refuse) { lab in
            let (_, digest) = try await lab.push("1")
            let copy = lab.directory.appending("copy")
            let _: JSONValue = try await RootAccess(existing: lab.settings.root).perform(
                .POST, "/backup", content: copy.string
            ) { _ in throw CancellationError() }
            #expect(try Quarantine(in: copy).all.map(\.key.digest) == [digest])
        }
    }

    @Test("tells webhooks of verdicts")
    func events() async throws {
        let receiver = Receiver()
        try await receiver.run { port in
            try await withTemporaryDirectory { directory in
                let webhooks = try Receiver.write(directory, port: port)
                try GateLab.write(GateLab.pass, in: directory)
                try await GateLab.serve(directory, webhooks: webhooks) { lab in
                    #expect(try await lab.push("1").answer.status == 201)
                    let messages = try await receiver.wait(for: 3)
                    #expect(
                        messages.map(\.type) == [
                            "io.larder.manifest.pushed", "io.larder.scan.judged", "io.larder.tag.set",
                        ])
                    let data = messages[1].event["data"]
                    #expect(data["verdict"].string == "pass" && data["scanner"].string == "script 1")
                    #expect(data["findings"]["low"] == .integer(3) && data["tags"][0].string == "1")
                }
            }
        }
    }
}
