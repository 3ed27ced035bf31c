import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOHTTP1
import OCI
import Synchronization
import Testing

@testable import larderd

@Suite("Repositories of other registries, served from here")
struct MirrorTests {
    /// What a test makes the other registry do.
    private final class Mood: Sendable {
        /// The status that it answers all reads with; 0 for the truth.
        let status = Atomic<Int>(0)
        /// What it says with 429.
        let retryAfter = Mutex("3600")
        /// The login that it wants.
        let login = Mutex<String?>(nil)
        /// The reads that it saw, as `METHOD path`.
        let reads = Mutex<[String]>([])

        func answer(_ request: Request) -> Response? {
            guard request.method == .get || request.method == .head else { return nil }
            reads.withLock { $0.append("\(request.method) \(request.uri.path)") }
            let status = status.load(ordering: .relaxed)
            if status == 429 {
                return Response(status: .tooManyRequests, headers: [.retryAfter: retryAfter.withLock { $0 }])
            }
            if status != 0 { return Response(status: .init(code: status)) }
            guard let login = login.withLock({ $0 }) else { return nil }
            let expected = "Basic " + Data(login.utf8).base64EncodedString()
            if request.headers[.authorization] == expected { return nil }
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: #"Basic realm="r""#])
        }

        func count(_ part: String) -> Int { reads.withLock { $0.count { $0.contains(part) } } }
    }

    /// Lends a registry and a server that mirrors it as `up`.
    private func withMirror(
        freshness: UInt64 = 300, isDefault: Bool = false, login: String? = nil,
        _ body: @Sendable (_ upstream: TestRegistry, _ own: TestRegistry, Mood) async throws -> Void
    ) async throws {
        let mood = Mood()
        let gate = UpstreamTests.Gate { request, _ in mood.answer(request) }
        try await withRegistry(addRoutes: { $0.add(middleware: gate) }) { upstream in
            var rules = MirrorRules()
            rules.entries = [try #require(MirrorRules.Entry("up=\(upstream.host)"))]
            rules.freshness = freshness
            if isDefault { rules.fallback = try RegistryHost(upstream.host) }
            let credentials = try login.map { login in
                let auth = Data(login.utf8).base64EncodedString()
                return try CredentialFile(Array(#"{"auths": {"\#(upstream.host)": {"auth": "\#(auth)"}}}"#.utf8))
            }
            try await withRegistry(mirrors: rules, credentials: credentials) { own in
                try await body(upstream, own, mood)
            }
        }
    }

    private func image(_ name: String = "a", size: Int = 200_000) throws -> SampleImage {
        try SampleImage(layers: [SampleImage.layer([name], bytesEach: size)], form: .gzip)
    }

    /// Pulls an image as clients do; its manifest's digest.
    @discardableResult
    private func pull(_ name: String, _ tag: String, query: String = "", from own: TestRegistry) async throws -> Digest
    {
        let answer = try await own.client.get("/v2/\(name)/manifests/\(tag)\(query)")
        try #require(answer.status == 200, "\(answer.text)")
        let manifest = try answer.json(Manifest.self)
        for descriptor in [manifest.config] + manifest.layers {
            let blob = try await own.client.get("/v2/\(name)/blobs/\(descriptor.digest)\(query)")
            #expect(blob.status == 200 && Digest(hashing: blob.bytes) == descriptor.digest)
        }
        return Digest(hashing: answer.bytes)
    }

    @Test("an image is fetched once, however it is named, and then served without the registry")
    func fetchedOnce() async throws {
        try await withMirror { upstream, own, mood in
            let digest = try await upstream.push(image(), to: "shop/base", as: "1")
            mood.reads.withLock { $0 = [] }
            #expect(try await pull("up/shop/base", "1", from: own) == digest)
            #expect(try await pull("shop/base", "1", query: "?ns=\(upstream.host)", from: own) == digest)
            #expect(try await pull("up/shop/base", "\(digest)", from: own) == digest)
            #expect(mood.reads.withLock { $0.count } == 3, "a manifest, a configuration and a layer")
            let head = try await own.client.send(.HEAD, "/v2/up/shop/base/manifests/1")
            #expect(head.headers.first(name: "docker-content-digest") == digest.description)
            mood.status.store(503, ordering: .relaxed)
            #expect(try await pull("up/shop/base", "1", from: own) == digest)
        }
    }

    @Test("ranges of a blob, and its length without fetching it")
    func blobs() async throws {
        try await withMirror { upstream, own, mood in
            let image = try image()
            try await upstream.push(image, to: "base", as: "1")
            let path = "/v2/up/base/blobs/\(Digest(hashing: image.blobs[0]))"
            let head = try await own.client.send(.HEAD, path)
            #expect(head.headers.first(name: "content-length") == "\(image.blobs[0].count)")
            #expect(mood.count("get") + mood.count("GET \(path)") == 0)
            let part = try await own.client.send(.GET, path, headers: ["range": "bytes=10-19"])
            #expect(part.status == 206 && part.bytes == Array(image.blobs[0][10..<20]))
            #expect(
                try await own.client.get("/v2/up/base/blobs/\(Digest(hashing: [1]))").registryError == "BLOB_UNKNOWN")
            #expect(try await own.client.get("/v2/up/base/manifests/no").registryError == "MANIFEST_UNKNOWN")
        }
    }

    @Test("a tag is asked for again when it is older than is wanted, and followed")
    func freshness() async throws {
        try await withMirror(freshness: 0) { upstream, own, mood in
            let first = try await upstream.push(image("a"), to: "base", as: "1")
            #expect(try await pull("up/base", "1", from: own) == first)
            mood.reads.withLock { $0 = [] }
            #expect(try await pull("up/base", "1", from: own) == first)
            #expect(mood.reads.withLock { $0 } == ["HEAD /v2/base/manifests/1"], "its digest only")
            let second = try await upstream.push(image("b"), to: "base", as: "1")
            #expect(try await pull("up/base", "1", from: own) == second)
            #expect(try await pull("up/base", "\(first)", from: own) == first)
        }
        try await withMirror(freshness: 3600) { upstream, own, _ in
            let first = try await upstream.push(image("a"), to: "base", as: "1")
            #expect(try await pull("up/base", "1", from: own) == first)
            try await upstream.push(image("b"), to: "base", as: "1")
            #expect(try await pull("up/base", "1", from: own) == first)
        }
    }

    @Test("a registry that is down is covered up for, and that is said", arguments: [429, 500, 503])
    func stale(status: Int) async throws {
        try await withMirror(freshness: 0) { upstream, own, mood in
            let digest = try await upstream.push(image(), to: "base", as: "1")
            try await pull("up/base", "1", from: own)
            mood.status.store(status, ordering: .relaxed)
            let answer = try await own.client.get("/v2/up/base/manifests/1")
            #expect(answer.status == 200 && Digest(hashing: answer.bytes) == digest)
            #expect(answer.headers.first(name: "warning")?.hasPrefix("110 ") == true)
            let unknown = try await own.client.get("/v2/up/base/manifests/2")
            #expect(unknown.status == 502 && unknown.registryError == "UNAVAILABLE")
        }
    }

    /// As in `Sunday Nov 06 08:49:37 1994`, of an hour from now.
    private static func dateInAnHour() -> String {
        let text = Timestamp.text(seconds: Int64(clamping: WallClock.seconds) + 3_600).split { "-TZ".contains($0) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "Sun \(months[(Int(text[1]) ?? 1) - 1]) \(text[2]) \(text[3]) \(text[0])"
    }

    @Test("a registry that says 429 is left alone for as long as it says", arguments: [false, true])
    func backOff(isDate: Bool) async throws {
        try await withMirror(freshness: 0) { upstream, own, mood in
            if isDate { mood.retryAfter.withLock { $0 = Self.dateInAnHour() } }
            try await upstream.push(image(), to: "base", as: "1")
            try await pull("up/base", "1", from: own)
            mood.status.store(429, ordering: .relaxed)
            mood.reads.withLock { $0 = [] }
            for _ in 0..<5 { #expect(try await own.client.get("/v2/up/base/manifests/1").status == 200) }
            #expect(mood.reads.withLock { $0.count } == 1)
            let other = try await own.client.get("/v2/up/other/manifests/1")
            // About an hour, less what has gone by.
            let seconds = other.text.split(separator: "asked again in ").last?.prefix { $0.isNumber }
            #expect((3_000...3_700).contains(Int(seconds ?? "") ?? 0), "\(other.text)")
        }
    }

    @Test("many clients that want the same cause one fetch")
    func singleFlight() async throws {
        try await withMirror { upstream, own, mood in
            let digest = try await upstream.push(image(size: 3_000_000), to: "base", as: "1")
            mood.reads.withLock { $0 = [] }
            try await withThrowingTaskGroup(of: Digest.self) { group in
                for _ in 0..<12 { group.addTask { try await pull("up/base", "1", from: own) } }
                for try await answer in group { #expect(answer == digest) }
            }
            #expect(mood.reads.withLock { $0.count } == 3)
        }
    }

    @Test("logins of a docker config file are used")
    func credentials() async throws {
        try await withMirror(login: "ci:pantry") { upstream, own, mood in
            let digest = try await upstream.push(image(), to: "base", as: "1")
            mood.login.withLock { $0 = "ci:pantry" }
            #expect(try await pull("up/base", "1", from: own) == digest)
        }
        try await withMirror { upstream, own, mood in
            try await upstream.push(image(), to: "base", as: "1")
            mood.login.withLock { $0 = "ci:pantry" }
            let answer = try await own.client.get("/v2/up/base/manifests/1")
            #expect(answer.status == 502 && answer.text.contains("--upstream-credentials"))
        }
    }

    @Test("what arrives damaged is not kept")
    func damaged() async throws {
        let image = try image()
        let layer = Digest(hashing: image.blobs[0])
        var wrong = image.blobs[0]
        wrong[9] ^= 1
        let bytes = wrong
        let gate = UpstreamTests.Gate { request, _ in
            guard request.method == .get, request.uri.path.hasSuffix("\(layer)") else { return nil }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        try await withRegistry(addRoutes: { $0.add(middleware: gate) }) { upstream in
            try await upstream.push(image, to: "base", as: "1")
            var rules = MirrorRules()
            rules.entries = [try #require(MirrorRules.Entry("up=\(upstream.host)"))]
            try await withRegistry(mirrors: rules) { own in
                #expect(try await own.client.get("/v2/up/base/blobs/\(layer)").status >= 400)
                let isThere = try await own.executor.run { store in
                    try store.blob(layer, in: UpstreamImages.project(of: store)) != nil
                }
                #expect(!isThere)
            }
        }
    }

    @Test("mirrored repositories cannot be written, and what one has proves nothing of another")
    func boundaries() async throws {
        try await withMirror { upstream, own, _ in
            let image = try image()
            try await upstream.push(image, to: "base", as: "1")
            try await pull("up/base", "1", from: own)
            #expect(try await own.client.send(.POST, "/v2/up/base/blobs/uploads/").status == 403)
            #expect(try await own.put(image.manifest, to: "up/base", as: "2").status == 403)
            let layer = Digest(hashing: image.blobs[0])
            #expect(try await own.client.get("/v2/up/elsewhere/other/blobs/\(layer)").status == 404)
            #expect(try await own.client.get("/v2/shop/app/blobs/\(layer)").status == 404)
            #expect(try await own.client.get("/v2/_catalog").text == #"{"repositories":[]}"#)
        }
    }

    /// A bug that was found: tools that list the tags before they pull took a mirrored repository for a broken one.
    @Test("the tags of a mirrored repository can be listed, in pages")
    func tags() async throws {
        try await withMirror { upstream, own, _ in
            for tag in ["a", "b", "c"] { try await upstream.push(image(), to: "shop/base", as: tag) }
            let all = try await own.client.get("/v2/up/shop/base/tags/list")
            #expect(all.text == #"{"name":"up/shop/base","tags":["a","b","c"]}"#)
            #expect(all.headers.first(name: "link") == nil)
            let first = try await own.client.get("/v2/up/shop/base/tags/list?n=2")
            #expect(first.text.contains(#"["a","b"]"#))
            #expect(first.headers.first(name: "link") == #"</v2/up/shop/base/tags/list?n=2&last=b>; rel="next""#)
            let rest = try await own.client.get("/v2/up/shop/base/tags/list?n=2&last=b")
            #expect(rest.text.contains(#"["c"]"#))
            #expect(try await own.client.get("/v2/up/shop/base/tags/list?last=a%26n=1").registryError == "TAG_INVALID")
            #expect(try await own.client.get("/v2/up/shop/none/tags/list").registryError == "NAME_UNKNOWN")
        }
    }

    @Test("the default registry is asked for names whose project is not here")
    func fallback() async throws {
        try await withMirror(isDefault: true) { upstream, own, mood in
            let digest = try await upstream.push(image("a"), to: "library/base", as: "1")
            try await upstream.push(image("b"), to: "shop/api", as: "1")
            try await own.push(image("c"), to: "shop/other", as: "1")
            mood.reads.withLock { $0 = [] }
            #expect(try await pull("library/base", "1", from: own) == digest)
            #expect(try await pull("library/base", "1", query: "?ns=docker.io", from: own) == digest)
            mood.reads.withLock { $0 = [] }
            #expect(try await own.client.get("/v2/library/base/manifests/1?ns=quay.io").status == 404)
            // Nobody outside learns the names of our own project, nor can put something into it.
            #expect(try await own.client.get("/v2/shop/api/manifests/1").status == 404)
            #expect(mood.reads.withLock { $0 } == [])
        }
        try await withMirror { upstream, own, mood in
            try await upstream.push(image("a"), to: "library/base", as: "1")
            mood.reads.withLock { $0 = [] }
            #expect(try await own.client.get("/v2/library/base/manifests/1").status == 404)
            #expect(mood.reads.withLock { $0 } == [])
        }
    }
}
