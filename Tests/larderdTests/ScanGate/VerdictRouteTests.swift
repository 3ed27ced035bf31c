import FoundationEssentials
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Administrators' verdicts over HTTP", .timeLimit(.minutes(5)))
struct VerdictRouteTests {
    private static let place = "/api/v1/projects/shop/quarantine"

    /// Pushes an image that the scanner refuses, and gives its name.
    private static func push(_ tag: String, seed: UInt64, to server: RoleServer) async throws -> String {
        let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: seed)])
        for blob in image.blobs + [image.config] {
            let begun = try await server.send(.POST, "/v2/shop/api/blobs/uploads/", as: .write)
            let place = try #require(begun.headers.first(name: "location"))
            let stored = try await server.send(
                .PUT, "\(place)?digest=\(OCIDigest(.sha256, hashing: blob))", blob, as: .write)
            #expect(stored.status == 201)
        }
        let answer = try await server.send(
            .PUT, "/v2/shop/api/manifests/\(tag)", image.manifest, type: MediaType.manifest, as: .write)
        #expect(answer.status == 403 && answer.text.contains("CVE-2026-1"), "\(answer.text)")
        return "shop/api@\(OCIDigest(.sha256, hashing: image.manifest))"
    }

    private static func decide(
        _ verdict: String, _ image: String, reason: String = "looked at", type: String? = "application/json",
        as role: Role, on server: RoleServer
    ) async throws -> TestClient.Answer {
        let order = VerdictRoutes.Order(image: image, reason: reason)
        return try await server.send(
            .POST, "\(place)/\(verdict)", [UInt8](try JSONEncoder().encode(order)), type: type, as: role)
    }

    private static func held(on server: RoleServer) async throws -> [QuarantineEntry] {
        try await server.send(.GET, place, as: .read).json([QuarantineEntry].self)
    }

    @Test("release and refuse images of their project, and nobody else does")
    func decisions() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write(GateLab.refuse, in: directory)
            let file = directory.appending("gate.json")
            try await RoleServer.run({ $0.scanGate = file }) { server in
                let image = try await Self.push("1", seed: 1, to: server)
                for verdict in ["release", "refuse"] {
                    for (role, status) in [(Role.anonymous, 401), (.read, 403), (.write, 403), (.bank, 404)] {
                        let answer = try await Self.decide(verdict, image, as: role, on: server)
                        #expect(answer.status == status, "\(role) \(answer.text)")
                    }
                }
                let released = try await Self.decide("release", image, as: .admin, on: server)
                #expect(
                    try released.json(VerdictRoutes.Answer.self)
                        == VerdictRoutes.Answer(image: image, state: .released, tags: ["1"]))
                #expect(try await server.send(.GET, "/v2/shop/api/manifests/1", as: .read).status == 200)
                #expect(try await Self.held(on: server).isEmpty)
                let other = try await Self.push("2", seed: 2, to: server)
                let refused = try await Self.decide("refuse", other, reason: "no <b>", as: .admin, on: server)
                #expect(try refused.json(VerdictRoutes.Answer.self).state == .refused)
                let entry = try #require(try await Self.held(on: server).first)
                #expect("\(entry.key)" == other && entry.reason?.contains("no <b>") == true)
                #expect(try await server.send(.GET, "/v2/shop/api/manifests/2", as: .read).status == 404)
                // Once more, and the other way.
                let again = try await Self.decide("release", other, as: .admin, on: server)
                #expect(try again.json(VerdictRoutes.Answer.self).state == .released)
                try await Self.checkAudit(image, of: server)
            }
        }
    }

    private static func checkAudit(_ image: String, of server: RoleServer) async throws {
        // Three were done and eight refused; that is written in the background.
        var lines: [AuditLine] = []
        _ = try await eventually {
            lines = try AuditLine.read(server.settings.root.appending("audit.log"))
                .filter { $0.action.hasPrefix("image.re") }
            return lines.count >= 11
        }
        let done = lines.filter { $0.outcome == "done" }
        #expect(done.map(\.action) == ["image.release", "image.refuse", "image.release"])
        #expect(done.allSatisfy { $0.identity == "token:admin" && $0.project == "shop" && $0.repository == "shop/api" })
        #expect(done.first?.reference.map { image.hasSuffix("@\($0)") } == true)
        #expect(lines.filter { $0.outcome == "refused" }.count == 8)
    }

    @Test("name what is wrong with a request")
    func badRequests() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write(GateLab.refuse, in: directory)
            let file = directory.appending("gate.json")
            try await RoleServer.run({ $0.scanGate = file }) { server in
                let image = try await Self.push("1", seed: 1, to: server)
                let none = "shop/api@\(OCIDigest(.sha256, hashing: [1]))"
                for (name, type, status, words) in [
                    (image, "text/plain", 400, "Content-Type"), (image, nil, 400, "Content-Type"),
                    (none, "application/json", 404, "not in quarantine"),
                    ("shop/api:1", "application/json", 400, "shop/app@sha256"),
                    (image.replacing("shop", with: "bank"), "application/json", 404, "no repository"),
                ] as [(String, String?, UInt, String)] {
                    let answer = try await Self.decide("release", name, type: type, as: .both, on: server)
                    #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
                }
                let answer = try await server.send(
                    .POST, "\(Self.place)/release", Array("{".utf8), type: "application/json", as: .admin)
                #expect(answer.status == 400)
                #expect(try await Self.held(on: server).count == 1)
            }
        }
    }
}
