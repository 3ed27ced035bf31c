import AsyncHTTPClient
import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import NIOCore
import NIOHTTP1
import Networking
import OCI
import Synchronization
import TestSupport
import Testing

@testable import larderd

@Suite("Images of other registries")
struct UpstreamTests {
    /// Counts and changes what a registry answers, in front of its routes.
    final class Gate: RouterMiddleware {
        typealias Context = LarderRequestContext

        /// The paths that were asked for.
        let paths = Mutex<[String]>([])
        private let decide: @Sendable (Request, Int) -> Response?

        /// - Parameter decide: gets a request and how many times its path was asked for before; an answer takes the
        ///   place of the registry's.
        init(_ decide: @escaping @Sendable (Request, Int) -> Response? = { _, _ in nil }) {
            self.decide = decide
        }

        func handle(
            _ request: Request, context: LarderRequestContext,
            next: @concurrent (Request, LarderRequestContext) async throws -> Response
        ) async throws -> Response {
            let path = request.uri.path
            let earlier = paths.withLock { paths in
                defer { paths.append(path) }
                return paths.count { $0 == path }
            }
            if let answer = decide(request, earlier) { return answer }
            return try await next(request, context)
        }

        var count: Int { paths.withLock { $0.count } }
    }

    /// Lends a registry to pull from, behind `gate`, and a catalog that pulls.
    private func withUpstream(
        _ gate: Gate = Gate(), _ body: @Sendable (TestRegistry, TestRegistry, ImageCatalog) async throws -> Void
    ) async throws {
        try await withRegistry(addRoutes: { $0.add(middleware: gate) }) { upstream in
            try await withRegistry { own in
                try await body(upstream, own, ImageCatalog(executor: own.executor, logger: .silent))
            }
        }
    }

    private func query(_ name: String) -> ResolveQuery.Image { .init(name: name, platform: "linux/amd64") }

    @Test("Images are pulled with all forms of layers, and remembered", arguments: SampleImage.Form.allCases)
    func pull(form: SampleImage.Form) async throws {
        let gate = Gate()
        try await withUpstream(gate) { upstream, own, catalog in
            let layers = (0..<6).map { SampleImage.layer(["f\($0)"], bytesEach: 200_000, seed: UInt64($0)) }
            let image = try SampleImage(layers: layers + [layers[0]], form: form)
            let digest = try await upstream.push(image, to: "library/base", as: "1")
            let name = "\(upstream.host)/library/base:1"
            let answer = try await catalog.resolve(query(name), for: .default, refresh: false)
            #expect(answer.digest == digest)
            #expect(answer.chain == image.diffIDs)
            #expect(answer.config == image.configText)
            try await own.executor.run { store in
                let project = try #require(try store.project(named: "default"))
                for layer in layers {
                    let bytes = try store.document(Digest(hashing: layer), in: project, maximum: 1 << 30)
                    #expect(bytes == layer)
                }
            }
            let requests = gate.count
            let other = try #require(ProjectName("other"))
            #expect(try await catalog.resolve(query(name), for: other, refresh: false).digest == digest)
            #expect(gate.count == requests)
            // Asked again, it is the same manifest: nothing more is fetched.
            #expect(try await catalog.resolve(query(name), for: other, refresh: true).digest == digest)
            #expect(gate.count == requests + 1)
            let pinned = "\(upstream.host)/library/base@\(digest)"
            #expect(try await catalog.resolve(query(pinned), for: other, refresh: true).digest == digest)
            #expect(try await own.client.get("/v2/_catalog").text == #"{"repositories":[]}"#)
        }
    }

    @Test("A registry that holds up its answers is given up with a sentence", arguments: ["/manifests/", "/blobs/"])
    func answersWithoutEnd(of kind: String) async throws {
        let gate = Gate { request, _ in
            guard request.method == .get, request.uri.path.contains(kind) else { return nil }
            return Response(
                status: .ok, headers: [.contentType: MediaType.manifest],
                body: ResponseBody { writer in
                    while true {
                        try await writer.write(ByteBuffer(string: " "))
                        try await Task.sleep(for: .milliseconds(10))
                    }
                })
        }
        try await withRegistry(addRoutes: { $0.add(middleware: gate) }) { upstream in
            try await withRegistry { own in
                var network = NetworkSettings()
                network.answers = AnswerLimits(
                    documentTime: .milliseconds(300), paceByteCount: 64 << 10, paceTime: .milliseconds(300))
                let client = WebClient(network, .forUpstreams)
                let catalog = ImageCatalog(
                    executor: own.executor, upstream: UpstreamAccess(client: client, logger: .silent), logger: .silent)
                try await upstream.push(
                    try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 2 << 20)]), to: "base", as: "1")
                let error = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
                }
                #expect(error?.code == .upstream)
                #expect(error?.message.contains("cannot be reached or broke off") == true)
                #expect(gate.paths.withLock { $0.count { $0.contains(kind) } } >= UpstreamRegistry.pauses.count + 1)
                await client.shutdown()
            }
        }
    }

    @Test("An answer that is too slow is broken off on HTTP/2 as on HTTP/1.1", arguments: [true, false])
    func slowAnswers(isNew: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let pair = try authority.certificate(for: "127.0.0.1")
            let files = TLSFiles(certificate: pair.certificate, key: pair.key)
            try await SecureServer.run(files) { server in
                var network = try NetworkSettings(environment: [:], authorityFile: authority.file)
                network.answers.paceTime = .milliseconds(300)
                var configuration = HTTPClient.Configuration.forUpstreams
                if !isNew { configuration.httpVersion = .http1Only }
                configuration.timeout.connect = .seconds(120)
                let client = WebClient(network, configuration)
                let url = "https://127.0.0.1:\(server.port)/"
                let slow = try await client.execute(HTTPClientRequest(url: url + "endless"), timeout: .seconds(120))
                #expect(slow.version == (isNew ? .http2 : .http1_1))
                await #expect(throws: SlowAnswer.self) { for try await _ in slow.body {} }
                let other = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(120))
                let text = String(buffer: try await other.body.collect(upTo: 1 << 10, within: .seconds(120)))
                #expect(text == "127.0.0.1 true nobody")
                await client.shutdown()
            }
        }
    }

    @Test("A tag that moved is followed when asked to")
    func refresh() async throws {
        try await withUpstream { upstream, _, catalog in
            let old = try SampleImage(layers: [SampleImage.layer(["a"])])
            let new = try SampleImage(layers: [SampleImage.layer(["a"]), SampleImage.layer(["b"])])
            let first = try await upstream.push(old, to: "base", as: "1")
            let name = query("\(upstream.host)/base:1")
            #expect(try await catalog.resolve(name, for: .default, refresh: false).digest == first)
            let second = try await upstream.push(new, to: "base", as: "1")
            #expect(try await catalog.resolve(name, for: .default, refresh: false).digest == first)
            #expect(try await catalog.resolve(name, for: .default, refresh: true).digest == second)
            #expect(try await catalog.resolve(name, for: .default, refresh: false).digest == second)
        }
    }

    @Test("An index is followed to the platform")
    func index() async throws {
        try await withUpstream { upstream, _, catalog in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await upstream.push(image, to: "base", as: "x")
            let platform = try Platform("linux/amd64")
            let index = try JSONDocument.encode(
                Index(manifests: [SampleImage.descriptor(MediaType.manifest, image.manifest, platform: platform)]))
            try await upstream.put(index, type: MediaType.index, to: "base", as: "1")
            let answer = try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
            #expect(answer.digest == digest)
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.resolve(
                    .init(name: "\(upstream.host)/base:1", platform: "linux/arm64"), for: .default, refresh: false)
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test("Builds that want the same image share one pull")
    func singleFlight() async throws {
        let gate = Gate()
        try await withUpstream(gate) { upstream, _, catalog in
            let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 3_000_000)], form: .gzip)
            let digest = try await upstream.push(image, to: "base", as: "1")
            let before = gate.count
            try await withThrowingTaskGroup(of: Digest.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let project = ProjectName("p\(number)") ?? .default
                        return try await catalog.resolve(
                            self.query("\(upstream.host)/base:1"), for: project, refresh: false
                        ).digest
                    }
                }
                for try await answer in group { #expect(answer == digest) }
            }
            #expect(gate.count == before + 3)
        }
    }

    @Test("A registry that wants a token gets one")
    func token() async throws {
        let gate = Gate { request, _ in
            if request.uri.path == "/token" {
                let scope = request.uri.queryParameters["scope"].map(String.init)
                guard scope == "repository:base:pull" else { return Response(status: .badRequest) }
                return Response(
                    status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"access_token":"t0ken"}"#)))
            }
            guard request.method == .get, request.headers[.authorization] != "Bearer t0ken" else { return nil }
            let realm = "http://\(request.head.authority ?? "")/token"
            let challenge = #"Bearer realm="\#(realm)",service="test",scope="repository:base:pull""#
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: challenge])
        }
        try await withUpstream(gate) { upstream, _, catalog in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await upstream.push(image, to: "base", as: "1")
            let answer = try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
            #expect(answer.digest == digest)
            #expect(gate.paths.withLock { $0.count { $0 == "/token" } } == 1)
        }
    }

    @Test("A registry that stumbles is asked again")
    func transient() async throws {
        let gate = Gate { request, earlier in
            request.method == .get && earlier == 0 ? Response(status: .serviceUnavailable) : nil
        }
        try await withUpstream(gate) { upstream, _, catalog in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await upstream.push(image, to: "base", as: "1")
            let answer = try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
            #expect(answer.digest == digest)
        }
    }

    @Test("Blobs may be somewhere else")
    func redirect() async throws {
        try await withRegistry { storage in
            let port = storage.port
            let gate = Gate { request, _ in
                guard request.method == .get, request.uri.path.contains("/blobs/") else { return nil }
                return Response(
                    status: .temporaryRedirect, headers: [.location: "http://127.0.0.1:\(port)\(request.uri.path)"])
            }
            try await withUpstream(gate) { upstream, _, catalog in
                let image = try SampleImage(layers: [SampleImage.layer(["a"])], form: .zstd)
                let digest = try await upstream.push(image, to: "base", as: "1")
                try await storage.push(image, to: "base", as: "1")
                let answer = try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
                #expect(answer.digest == digest)
            }
        }
    }

    @Test("A name without a host is found in the default registry, unless it could be one of this server's own")
    func defaultRegistry() async throws {
        let gate = Gate()
        try await withRegistry(addRoutes: { $0.add(middleware: gate) }) { upstream in
            try await withRegistry { own in
                var settings = ImageCatalog.Settings()
                settings.defaultRegistry = try RegistryHost(upstream.host)
                let catalog = ImageCatalog(executor: own.executor, settings: settings, logger: .silent)
                let image = try SampleImage(layers: [SampleImage.layer(["outside"])])
                for name in ["base", "team/base", "shop/secret"] { try await upstream.push(image, to: name, as: "1") }
                let digest = try await upstream.push(image, to: "shadowed", as: "1")
                for name in ["base:1", "team/base:1"] {
                    #expect(try await catalog.resolve(query(name), for: .default, refresh: false).digest == digest)
                }
                let mine = try SampleImage(layers: [SampleImage.layer(["inside"])])
                let inside = try await own.push(mine, to: "shadowed", as: "1")
                try await own.push(mine, to: "shop/base", as: "1")
                let asked = gate.count
                #expect(try await catalog.resolve(query("shadowed:1"), for: .default, refresh: true).digest == inside)
                // The project is here, so nobody is told of its names, or may give something for them.
                let secret = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(query("shop/secret:1"), for: .default, refresh: false)
                }
                #expect(secret?.code == .notFound && secret?.message.contains("larder import") == true)
                #expect(gate.count == asked)
                let nowhere = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(query("nothing:1"), for: .default, refresh: false)
                }
                #expect(nowhere?.code == .notFound)
                #expect(
                    nowhere?.message.contains("nor can \(upstream.host)/nothing:1 be had") == true,
                    "\(nowhere?.message ?? "")")
            }
        }
    }

    @Test("What is not there, not public or not itself is refused, and why")
    func refuse() async throws {
        let gate = Gate { request, _ in
            switch request.uri.path {
            case "/v2/private/manifests/latest":
                Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=x"])
            case "/v2/denied/manifests/latest": Response(status: .forbidden)
            case let path where path.hasPrefix("/v2/forged/manifests/sha256"):
                Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "{}")))
            case "/v2/page/manifests/latest":
                Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "<html>")))
            default: nil
            }
        }
        try await withUpstream(gate) { upstream, _, catalog in
            for (name, code, hint) in [
                ("nothing", APIFailure.Code.notFound, "has no manifests/latest"), ("private", .upstream, "credentials"),
                ("denied", .upstream, "does not give"),
                ("forged@\(Digest(hashing: [1]))", .upstream, "cannot be trusted"),
                ("page", .upstream, "no image"),
            ] {
                let error = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(query("\(upstream.host)/\(name)"), for: .default, refresh: false)
                }
                #expect(error?.code == code)
                #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test("A damaged layer is refused and not remembered")
    func damagedLayer() async throws {
        let image = try SampleImage(layers: [SampleImage.layer(["a"])], form: .gzip)
        let layer = Digest(hashing: image.blobs[0])
        var damaged = image.blobs[0]
        damaged[damaged.count / 2] ^= 1
        let bytes = damaged
        let gate = Gate { request, _ in
            guard request.method == .get, request.uri.path.hasSuffix("/blobs/\(layer)") else { return nil }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        try await withUpstream(gate) { upstream, own, catalog in
            try await upstream.push(image, to: "base", as: "1")
            await #expect(throws: (any Error).self) {
                try await catalog.resolve(query("\(upstream.host)/base:1"), for: .default, refresh: false)
            }
            let isThere = try await own.executor.run { store in
                try store.blob(image.diffIDs[0], in: UpstreamImages.project(of: store)) != nil
            }
            #expect(!isThere)
        }
    }

    @Test("When the registry is down, what was pulled before is used")
    func down() async throws {
        let isDown = Flag()
        let gate = Gate { _, _ in isDown.value ? Response(status: .badGateway) : nil }
        try await withUpstream(gate) { upstream, _, catalog in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await upstream.push(image, to: "base", as: "1")
            let name = query("\(upstream.host)/base:1")
            _ = try await catalog.resolve(name, for: .default, refresh: false)
            isDown.value = true
            #expect(try await catalog.resolve(name, for: .default, refresh: true).digest == digest)
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.resolve(query("\(upstream.host)/base:2"), for: .default, refresh: false)
            }
            #expect(error?.code == .upstream)
        }
        try await withRegistry { own in
            let catalog = ImageCatalog(executor: own.executor, logger: .silent)
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.resolve(query("127.0.0.1:1/base:1"), for: .default, refresh: false)
            }
            #expect(error?.code == .upstream)
            #expect(error?.message.contains("cannot be reached") == true)
        }
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var value: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }
}
