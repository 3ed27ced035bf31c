import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import TestSupport
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

    @Test(.enabled(if: DistributionRegistry.isInstalled, "docker-registry is not installed"))
    func distributionRegistryTakesImages() async throws {
        try await withTemporaryDirectory { directory in
            try await DistributionRegistry.run(in: directory) { registry in
                let error = await #expect(throws: BuildError.self) { try await PushSample.push(to: registry.host) }
                #expect(error?.code == .notPermitted)
                // The second time all is there.
                for _ in 0..<2 { try await PushSample.push(to: registry.host, login: "u:pantry") }
                var request = HTTPClientRequest(url: "http://\(registry.host)/v2/shop/api/manifests/1")
                request.headers.add(name: "accept", value: MediaType.manifest)
                request.headers.add(name: "authorization", value: Self.basic("u:pantry"))
                let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                #expect(answer.status == .ok)
                let bytes = Array(buffer: try await answer.body.collect(upTo: 1 << 20))
                let digest = try await PushSample.export(as: "a").content().root.digest
                #expect(Digest(hashing: bytes) == digest)
            }
        }
    }

    // MARK: Registries that ask who it is

    /// Pushes the image, then looks whether it is there.
    private static func push(to registry: GatedRegistry, login: String? = nil) async throws {
        try await PushSample.push(to: registry.host, login: login)
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

    @Test func identityTokens() async throws {
        let gate: GatedRegistry.Gate = { request, registry in
            if request.uri.path == "/token" {
                guard request.method == .post, request.headers[.authorization] == nil,
                    request.headers[.contentType] == "application/x-www-form-urlencoded"
                else { return Response(status: .unauthorized) }
                return Response(status: .ok, body: .init(byteBuffer: .init(string: #"{"access_token": "good"}"#)))
            }
            if request.headers[.authorization] == "Bearer good" { return nil }
            return Self.refusal(#"Bearer realm="http://localhost:\#(registry.port)/token",service="s""#)
        }
        try await GatedRegistry.run(gate) { registry in
            try await PushSample.push(to: registry.host, identityToken: "TOPSECRET")
            #expect(registry.count("PUT /v2/shop/api/manifests/1") > 0)
        }
        // It proves nothing to a registry that wants a password.
        let basic: GatedRegistry.Gate = { _, _ in Self.refusal(#"Basic realm="r""#) }
        try await GatedRegistry.run(basic) { registry in
            let error = await #expect(throws: BuildError.self) {
                try await PushSample.push(to: registry.host, identityToken: "TOPSECRET")
            }
            #expect(error?.code == .notPermitted)
            #expect(error?.description.contains("identity token") == true)
            #expect(error?.description.contains("TOPSECRET") == false)
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

    @Test("Passing trouble is tried again", arguments: ["a status", "a broken connection"])
    func passingTrouble(kind: String) async throws {
        struct Broken: Error {}
        let broken = ResponseBody(contentLength: 1000) { _ in throw Broken() }
        let gate: GatedRegistry.Gate = { request, registry in
            guard [.put, .post].contains(request.method) else { return nil }
            // Each first POST, PUT of a blob and PUT of the manifest.
            let place = request.method == .post ? "POST" : request.uri.path.contains("uploads") ? "PUT blob" : "PUT tag"
            guard registry.isFirst(place) else { return nil }
            return kind == "a status"
                ? Response(status: .serviceUnavailable) : Response(status: .created, body: broken)
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
