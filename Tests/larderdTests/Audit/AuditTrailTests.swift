import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import Logging
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("What is written down of requests")
struct AuditTrailTests {
    @Test(
        "is told by their method and path",
        arguments: [
            ("PUT", "/v2/shop/web/manifests/1.0", AuditAction.pushManifest, "shop", "1.0"),
            ("DELETE", "/v2/shop/web/manifests/1.0", .deleteTag, "shop", "1.0"),
            ("GET", "/v2/shop/web/manifests/1.0", .read, "shop", "1.0"),
            ("PATCH", "/v2/shop/web/blobs/uploads/abc", .sendChunks, "shop", nil),
            ("PUT", "/v2/shop/web/blobs/uploads/abc", .pushBlob, "shop", nil),
            ("POST", "/api/v1/projects/shop/steps", .recordStep, "shop", nil),
            ("POST", "/api/v1/projects/shop/cache-mounts", .storeCacheMount, "shop", nil),
            ("POST", "/api/v1/projects/shop/cache-mounts/find", .read, "shop", nil),
            ("POST", "/api/v1/projects/shop/images", .assembleImage, "shop", nil),
            ("POST", "/api/v1/projects/shop/lookup", .read, "shop", nil),
            ("PUT", "/api/v1/projects/shop/layers/secret", .commitLayer, "shop", nil),
            ("POST", "/api/v1/projects/shop/quarantine/release", .releaseImage, "shop", nil),
            ("GET", "/api/v1/projects/shop/quarantine", .read, "shop", nil),
            ("GET", "/v2/token", .logIn, nil, nil),
            ("GET", "/v2/SeCrEt/manifests/x", .read, nil, nil), ("GET", "/secret", .read, nil, nil),
        ] as [(String, String, AuditAction, String?, String?)])
    func subject(method: String, path: String, action: AuditAction, project: String?, reference: String?) throws {
        let subject = AuditSubject(try #require(.init(method)), path: path)
        #expect(subject.action == action && subject.project == project && subject.reference == reference)
    }

    @Test("has who did what to which project, scope, image and step")
    func everyChange() async throws {
        try await withServer { client, settings in
            let shop = try #require(ProjectName("shop"))
            for sample in try FuzzedRequest.samples() {
                let headers = HTTPHeaders(sample.headers)
                _ = try await client.send(
                    HTTPMethod(rawValue: sample.method), sample.path,
                    body: sample.body.isEmpty ? nil : .bytes(sample.body), headers: headers)
            }
            let lines = try await AuditLine.read(of: settings, count: 9)
            let actions = Set(lines.map(\.action))
            #expect(
                actions.isSuperset(of: [
                    "layer.commit", "step.record", "cache-mount.store", "image.assemble", "blob.push", "manifest.push",
                    "tag.delete", "blob.delete",
                ]))
            #expect(!actions.contains("read") && !actions.contains("chunks.send"))
            let step = try #require(lines.first { $0.action == "step.record" })
            #expect(step.outcome == "done" && step.status == 201 && step.identity == "anonymous")
            #expect(step.project == shop.description && step.scope == "main" && step.client == "127.0.0.1")
            #expect(step.reference == "\(Digest(hashing: [1]))")
            let push = try #require(lines.first { $0.tags == ["a", "b"] })
            #expect(push.repository == "shop/web" && push.reference?.hasPrefix("sha256:") == true)
            let failed = try #require(lines.first { $0.action == "blob.delete" })
            #expect(failed.outcome == "failed" && failed.status == 404)
        }
    }

    @Test("can be switched off")
    func off() async throws {
        try await withServer({ $0.audit.target = .off }) { client, settings in
            let answer = try await client.send(.DELETE, "/v2/shop/web/manifests/x")
            let lines = try AuditLine.read(settings.root.appending("audit.log"))
            #expect(answer.status == 404 && lines.isEmpty)
        }
    }

    @Test("has no secret, and no log and no record has one, wherever in a request it is")
    func plantedSecrets() async throws {
        let words = ["Kq3vTz7mWp", "Bd8rYc2nXs", "Lc5gUh9aFo", "Ri4lQx1tZw", "Tm6kCn3yEp", "Wv1sHj8cMu"]
        let messages = LogMessages()
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.listen.port = 0
            settings.logLevel = .trace
            try await LarderServer.withRunning(settings, logger: messages.logger) { port in
                let client = TestClient(port: port)
                let basic = Data("ann:\(words[0])".utf8).base64EncodedString()
                for sample in try FuzzedRequest.samples() {
                    let mark = sample.path.contains("?") ? "&" : "?"
                    let path = sample.path + mark + "token=\(words[1])&access_token=\(words[2])"
                    for login in ["Basic \(basic)", "Bearer \(words[3])", words[3]] {
                        let headers =
                            HTTPHeaders(sample.headers) + [
                                ("Authorization", login), ("Cookie", "session=\(words[4])"),
                                ("Proxy-Authorization", "Bearer \(words[5])"), ("X-Token", words[5]),
                                ("Referer", "http://ann:\(words[4])@host/"),
                            ]
                        _ = try await client.send(
                            HTTPMethod(rawValue: sample.method), path,
                            body: sample.body.isEmpty ? nil : .bytes(sample.body), headers: headers)
                    }
                }
            }
            let secrets = words + [Data("ann:\(words[0])".utf8).base64EncodedString()]
            for message in messages.all {
                for secret in secrets { #expect(!message.contains(secret)) }
            }
            for secret in secrets {
                let found = try shell("grep -rlF '\(secret)' '\(settings.root)' || true")
                #expect(found.isEmpty, "\(String(decoding: found, as: UTF8.self))")
            }
            let lines = try AuditLine.read(settings.root.appending("audit.log"))
            #expect(lines.count > 8 && lines.allSatisfy { $0.request?.isEmpty == false })
            #expect(messages.all.contains { $0.contains("/v2/shop/web/manifests/") })
        }
    }
}

extension HTTPHeaders {
    fileprivate static func + (left: HTTPHeaders, right: [(String, String)]) -> HTTPHeaders {
        var headers = left
        for (name, value) in right { headers.add(name: name, value: value) }
        return headers
    }
}
