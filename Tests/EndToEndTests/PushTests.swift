import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import Testing

@testable import Build

/// Images that are pushed to registries besides the server.
@Suite struct PushTests {
    // MARK: From one server to another

    @Test func builtImageIsTheSameInAnotherRegistry() async throws {
        try await BuildLab.run { lab in
            try await BuildLab.run { other in
                let files = ["Dockerfile": "FROM scratch\nCOPY a /a\nCOPY b /b\nENV X=1\n", "a": "a\n", "b": "b\n"]
                let context = try lab.context(files)
                let names = ["shop/api:1", "127.0.0.1:\(other.port)/shop/api:1", "127.0.0.1:\(other.port)/shop/api:x"]
                for runner in ["a", "b"] {
                    let report = try await lab.build(context, runner: runner) { request in
                        request.tags = names.compactMap { try? ImageReference($0) }
                        request.outputs = [.push]
                    }
                    #expect(report.outcome.error == nil)
                    let digest = try #require(report.outcome.image?.digest)
                    #expect(report.events.output.contains { $0.hasSuffix("shop/api@\(digest)") })
                    for (port, tag) in [(lab.port, "1"), (other.port, "1"), (other.port, "x")] {
                        let client = RawClient(address: "http://127.0.0.1:\(port)", project: try .named("shop"))
                        let answer = try await client.send(.GET, "/v2/shop/api/manifests/\(tag)", [])
                        #expect(answer.status == 200)
                        #expect(Digest(hashing: answer.body).description == "\(digest)")
                    }
                }
            }
        }
    }

    @Test func unreachableRegistryEndsTheBuildWithASentence() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"])
            let report = try await lab.build(context, runner: "a") { request in
                request.tags = ["127.0.0.1:1/shop/api:1"].compactMap { try? ImageReference($0) }
                request.outputs = [.push]
            }
            let error = try #require(report.outcome.error as? BuildError)
            #expect(error.code == .registry)
            #expect(error.description.contains("127.0.0.1:1 cannot be reached or broke off: connection refused"))
            #expect(report.outcome.image != nil)
        }
    }

    // MARK: Registries that ask who it is

    /// An image of three layers, of which one is long.
    private static let layers = {
        var random = SeededGenerator(seed: 7)
        return [3, 40, 1].map { TarMaker.tar(files: $0, sizeMaximum: 200_000, using: &random) }
    }()

    private static func export(as name: String) throws -> ImageExport {
        let contents = Dictionary(uniqueKeysWithValues: layers.map { (Digest(hashing: $0), $0) })
        let chain = layers.map { Digest(hashing: $0) }
        let configuration = try JSONDocument.encode(
            ImageConfiguration(platform: Platform(os: "linux", architecture: "amd64"), diffIDs: chain))
        return ImageExport(configuration: configuration, layers: chain, names: [try ImageReference(name)]) {
            layer, use in
            let bytes = contents[layer] ?? []
            try await BlockingThreads.run { try use { write in try unsafe write(bytes.span.bytes) } }
        }
    }

    /// Pushes the image with the login `login` (`user:password`), then looks whether it is there.
    private static func push(to registry: GatedRegistry, login: String? = nil) async throws {
        try await withTestDirectory { directory in
            let entry = login.map { #""\#(registry.host)": {"auth": "\#(Data($0.utf8).base64EncodedString())"}"# } ?? ""
            try Data(#"{"auths": {\#(entry)}}"#.utf8).write(to: URL(filePath: directory.string + "/config.json"))
            let credentials = RegistryCredentials { $0 == "DOCKER_CONFIG" ? directory.string : nil }
            let export = try export(as: "\(registry.host)/shop/api:1")
            try await export.make([.push], server: nil, credentials: credentials, ProgressLog(EventLog { _ in }))
        }
        #expect(registry.count("PUT /v2/shop/api/manifests/1") > 0)
    }

    private static func refusal(_ challenge: String) -> Response {
        Response(status: .unauthorized, headers: [.wwwAuthenticate: challenge])
    }

    private static func basic(_ login: String) -> String { "Basic " + Data(login.utf8).base64EncodedString() }

    @Test func basicLogin() async throws {
        let gate: GatedRegistry.Gate = { request, _ in
            request.headers[.authorization] == Self.basic("u:p") ? nil : Self.refusal(#"Basic realm="r""#)
        }
        try await GatedRegistry.run(gate) { registry in
            try await Self.push(to: registry, login: "u:p")
            for login in ["u:TOPSECRET", nil] {
                let error = await #expect(throws: BuildError.self) {
                    try await Self.push(to: registry, login: login)
                }
                #expect(error?.code == .notPermitted)
                #expect(error?.description.contains("docker login \(registry.host)") == true)
                #expect(error?.description.contains("TOPSECRET") == false)
            }
        }
    }

    @Test func tokens() async throws {
        let given = Atomic<Int>(0)
        let gate: GatedRegistry.Gate = { request, registry in
            let authorization = request.headers[.authorization]
            if request.uri.path == "/token" {
                let query = request.uri.queryParameters
                guard authorization == Self.basic("u:p"), query["service"] == "s",
                    query["scope"] == "repository:shop/api:pull,push"
                else { return Response(status: .unauthorized) }
                let number = given.add(1, ordering: .relaxed).newValue
                return Response(
                    status: .ok, body: .init(byteBuffer: .init(string: #"{"access_token": "token-\#(number)"}"#)))
            }
            // The first token is good for greeting only.
            let isGood = authorization?.hasPrefix("Bearer token-") == true
            if isGood, authorization != "Bearer token-1" || request.uri.path == "/v2/" { return nil }
            return Self.refusal(#"Bearer realm="http://localhost:\#(registry.port)/token",service="s""#)
        }
        try await GatedRegistry.run(gate) { registry in
            try await Self.push(to: registry, login: "u:p")
            #expect(given.load(ordering: .relaxed) >= 2)
            let error = await #expect(throws: BuildError.self) { try await Self.push(to: registry, login: "u:no") }
            #expect(error?.code == .notPermitted)
            #expect(error?.description.contains("docker login \(registry.host)") == true)
        }
    }

    /// An upload that goes to another host goes there without the login.
    @Test func loginStaysAtItsRegistry() async throws {
        let strays = Mutex<[String]>([])
        let gate: GatedRegistry.Gate = { request, registry in
            let authorization = request.headers[.authorization]
            if request.head.authority?.hasPrefix("localhost") == true {
                if let authorization { strays.withLock { $0.append(authorization) } }
                return nil
            }
            guard authorization == Self.basic("u:p") else { return Self.refusal("Basic realm=r") }
            guard request.method == .post else { return nil }
            let number = registry.count("POST")
            return Response(
                status: .accepted, headers: [.location: "http://localhost:\(registry.port)/elsewhere/\(number)"])
        }
        try await GatedRegistry.run(gate) { registry in
            // Nothing there takes uploads: that the error is about them shows that they arrived.
            let error = await #expect(throws: BuildError.self) { try await Self.push(to: registry, login: "u:p") }
            #expect(error?.code == .registry)
            #expect(registry.count("PUT /elsewhere/") > 0)
            #expect(strays.withLock { $0 } == [])
        }
    }

    // MARK: Trouble

    @Test func passingTroubleIsTriedAgain() async throws {
        let gate: GatedRegistry.Gate = { request, registry in
            guard [.put, .post].contains(request.method) else { return nil }
            // Each first POST, PUT of a blob and PUT of the manifest.
            let kind = request.method == .post ? "POST" : request.uri.path.contains("uploads") ? "PUT blob" : "PUT tag"
            let isFirst = registry.isFirst(kind)
            return isFirst ? Response(status: .serviceUnavailable) : nil
        }
        try await GatedRegistry.run(gate) { registry in
            try await Self.push(to: registry)
            #expect(registry.count("POST") >= 5)
            let blobs = registry.count("POST")
            try await Self.push(to: registry)
            #expect(registry.count("POST") == blobs, "what is there is not sent again")
        }
    }

    @Test func lastingTroubleIsTold() async throws {
        let gate: GatedRegistry.Gate = { request, _ in
            guard request.method == .put else { return nil }
            let body = #"{"errors": [{"code": "DENIED", "message": "the disk is full"}]}"#
            return Response(status: .init(code: 507), body: .init(byteBuffer: .init(string: body)))
        }
        try await GatedRegistry.run(gate) { registry in
            let error = await #expect(throws: BuildError.self) { try await Self.push(to: registry) }
            #expect(error?.code == .registry)
            #expect(error?.description.contains("status 507: the disk is full") == true)
        }
    }
}
