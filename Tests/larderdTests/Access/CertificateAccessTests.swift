import Access
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// Clients that are known by their certificates, over real TLS.
@Suite("Client certificates as identities")
struct CertificateAccessTests {
    private static let rules = """
        {"rules": [
          {"name": "releases", "certificate": {"uri": "spiffe://acme.example/ci/*/release"}, "project": "shop",
           "scope": "main", "rights": ["read", "write"]},
          {"name": "runners", "certificate": {"dns": "*.runners.acme.example", "cn": {"not": "stolen"}},
           "project": "shop", "rights": ["read"]},
          {"name": "admins", "certificate": {"cn": "root of acme"}, "identity": "{cn}!", "project": "*",
           "rights": ["admin"]}
        ]}
        """
    private static let begin = "/v2/shop/api/blobs/uploads/"
    private static let list = "/v2/shop/api/tags/list"

    /// A server that believes the certificates of an authority, and knows a token that reads.
    private struct Lab: Sendable {
        let authority: TestAuthority
        let port: Int
        let settings: Settings
        let token: String

        /// The status of an answer to whoever shows a certificate and credentials, or does not.
        func status(
            _ method: HTTPMethod, _ path: String, _ shown: TestAuthority.Pair?, _ authorization: String? = nil,
            _ version: HTTPClient.Configuration.HTTPVersion = .automatic
        ) async throws -> UInt {
            var client = SecureClient(authority)
            (client.shown, client.version) = (shown, version)
            return try await client.with { session in
                var request = HTTPClientRequest(url: "https://127.0.0.1:\(port)\(path)")
                request.method = method
                if let authorization { request.headers.add(name: "authorization", value: authorization) }
                return try await session.send(request).status.code
            }
        }

        func text(_ path: String, _ shown: TestAuthority.Pair?) async throws -> String {
            var client = SecureClient(authority)
            client.shown = shown
            return try await client.with { try await $0.get("https://127.0.0.1:\(port)\(path)").text }
        }
    }

    private func withLab(
        _ authentication: TLSFiles.ClientAuthentication = .optional, rules: String? = CertificateAccessTests.rules,
        _ body: @Sendable (Lab) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let own = try authority.certificate(for: "127.0.0.1")
            var settings = Settings(root: directory.appending("root"), port: 0)
            var files = TLSFiles(certificate: own.certificate, key: own.key)
            (files.clientAuthority, files.clientAuthentication) = (authority.file, authentication)
            settings.tls = files
            if let rules {
                let file = directory.appending("rules.json")
                try Data(rules.utf8).write(to: URL(filePath: file.string))
                settings.accessRules = file
            }
            try FileManager.default.createDirectory(atPath: settings.root.string, withIntermediateDirectories: true)
            let grant = Grant(projects: try #require(NamePattern("shop")), rights: .read)
            let made = try TokenBook(of: settings.root).make(TokenOrder(name: "pulls", grants: [grant], lifetime: 600))
            try await LarderServer.withRunning(settings, logger: .silent) { [settings] port in
                try await body(Lab(authority: authority, port: port, settings: settings, token: made.token))
            }
        }
    }

    @Test("A certificate gives what the first rule says that fits its names", arguments: [true, false])
    func rights(isNew: Bool) async throws {
        try await withLab { lab in
            let version: HTTPClient.Configuration.HTTPVersion = isNew ? .automatic : .http1Only
            let release = try lab.authority.certificate(named: "r1", uris: ["spiffe://acme.example/ci/shop/release"])
            let runner = try lab.authority.certificate(named: "r2", hosts: ["a.runners.acme.example"])
            let stolen = try lab.authority.certificate(named: "stolen", hosts: ["b.runners.acme.example"])
            let admin = try lab.authority.certificate(named: "root of acme")
            let other = try lab.authority.certificate(
                named: "spiffe://acme.example/ci/shop/release", hosts: ["runners.acme.example"],
                uris: ["spiffe://acme.example/ci/shop/branch"])
            for (shown, list, begin, elsewhere) in [
                (release, 404, 202, 404), (runner, 404, 403, 404), (stolen, 401, 401, 401), (admin, 404, 202, 404),
                (other, 401, 401, 401), (nil, 401, 401, 401),
            ] as [(TestAuthority.Pair?, UInt, UInt, UInt)] {
                let who: Comment = "\(shown?.certificate.lastComponent?.string ?? "nobody")"
                #expect(try await lab.status(.GET, Self.list, shown, nil, version) == list, who)
                #expect(try await lab.status(.POST, Self.begin, shown, nil, version) == begin, who)
                #expect(try await lab.status(.GET, "/v2/bank/api/tags/list", shown, nil, version) == elsewhere, who)
                #expect(try await lab.status(.GET, "/v2/", shown, nil, version) == (list == 404 ? 200 : 401), who)
            }
            // Another project is as if it were not there, but for who may.
            #expect(try await lab.status(.POST, "/v2/bank/api/blobs/uploads/", release) == 404)
            #expect(try await lab.status(.POST, "/v2/bank/api/blobs/uploads/", admin) == 202)
        }
    }

    @Test("Whoever shows a token, too, is who the token says; one that is none is no fallback")
    func tokensDecide() async throws {
        try await withLab { lab in
            let release = try lab.authority.certificate(named: "r1", uris: ["spiffe://acme.example/ci/shop/release"])
            let stranger = try lab.authority.certificate(named: "x")
            #expect(try await lab.status(.POST, Self.begin, release, "Bearer \(lab.token)") == 403)
            #expect(try await lab.status(.GET, Self.list, stranger, "Bearer \(lab.token)") == 404)
            #expect(try await lab.status(.GET, Self.list, release, "Bearer \(lab.token)x") == 401)
            #expect(try await lab.status(.GET, Self.list, release, "Basic Og==") == 401)
            #expect(try await lab.status(.GET, Self.list, release, "Magic") == 401)
        }
    }

    @Test("A registry token that a certificate got is of no use on a connection without it")
    func registryTokens() async throws {
        try await withLab { lab in
            let release = try lab.authority.certificate(named: "r1", uris: ["spiffe://acme.example/ci/shop/release"])
            let runner = try lab.authority.certificate(named: "r2", hosts: ["a.runners.acme.example"])
            let stranger = try lab.authority.certificate(named: "x")
            let path = "/v2/token?service=s&scope=repository:shop/api:pull,push"
            struct Answer: Decodable { let token: String }
            let text = try await lab.text(path, release)
            let bearer = "Bearer \(try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).token)"
            #expect(try await lab.status(.POST, Self.begin, release, bearer) == 202)
            #expect(try await lab.status(.POST, Self.begin, nil, bearer) == 401)
            #expect(try await lab.status(.POST, Self.begin, stranger, bearer) == 401)
            #expect(try await lab.status(.POST, Self.begin, runner, bearer) == 403)
            #expect(try await lab.status(.GET, path, stranger) == 401)
        }
    }

    @Test("The audit log names who had the certificate")
    func audit() async throws {
        try await withTemporaryDirectory { keep in
            let copy = keep.appending("audit.log")
            try await withLab { lab in
                let runner = try lab.authority.certificate(named: "r2", hosts: ["a.runners.acme.example"])
                let admin = try lab.authority.certificate(named: "root of acme")
                #expect(try await lab.status(.POST, Self.begin, runner) == 403)
                #expect(try await lab.status(.DELETE, "\(Self.begin)none", admin) == 404)
                #expect(try await lab.status(.PUT, "/v2/shop/api/manifests/x", admin) == 400)
                let log = lab.settings.root.appending("audit.log").string
                _ = try await eventually { (try? Data(contentsOf: URL(filePath: log)))?.count ?? 0 >= 300 }
                try Data(contentsOf: URL(filePath: log)).write(to: URL(filePath: copy.string))
            }
            let text = String(decoding: try Data(contentsOf: URL(filePath: copy.string)), as: UTF8.self)
            #expect(text.contains("\"certificate:cn:r2\""), "\(text)")
            #expect(text.contains("\"certificate:root of acme!\""), "\(text)")
        }
    }

    @Test("Where no rule is about certificates they let somebody connect, and give nothing")
    func transportAlone() async throws {
        try await withLab(.require, rules: nil) { lab in
            let any = try lab.authority.certificate(named: "root of acme")
            #expect(try await lab.status(.GET, Self.list, any) == 401)
            #expect(try await lab.status(.GET, Self.list, any, "Bearer \(lab.token)") == 404)
            await #expect(throws: (any Error).self) { try await lab.status(.GET, Self.list, nil) }
        }
    }

    @Test("A certificate whose time is over on an old connection gives nothing")
    func expiry() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let rules = CurrentRules(try AccessRules(parsing: Array(Self.rules.utf8)))
            let authenticator = CertificateAuthenticator(rules: rules, logger: .quiet)
            func answer(age: Double) async throws -> Authentication {
                let pair = try authority.certificate(named: "root of acme", age: age, lifetime: 100)
                let text = String(decoding: try Data(contentsOf: URL(filePath: pair.certificate.string)), as: UTF8.self)
                let base64 = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
                let certificate = try ClientCertificate(derEncoded: [UInt8](try #require(Data(base64Encoded: base64))))
                return await authenticator.identify(Credentials(authorization: nil, certificate: certificate))
            }
            guard case .identified(let identity) = try await answer(age: 10) else {
                Issue.record("a valid certificate is not known")
                return
            }
            #expect(identity.expires != nil && identity.kind == .certificate)
            guard case .refused = try await answer(age: 200) else {
                Issue.record("a certificate whose time is over is taken")
                return
            }
        }
    }

    @Test("Rules about certificates without an authority, and about users without passwords, are no settings")
    func contradictions() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("rules.json")
            for (rule, flag) in [
                (#"{"certificate": {"cn": "a"}, "project": "x"}"#, "--tls-client-ca"),
                (#"{"user": "a", "project": "x"}"#, "--htpasswd"),
            ] {
                try Data("{\"rules\": [\n\(rule)]}".utf8).write(to: URL(filePath: file.string))
                let error = await #expect(throws: SettingsError.self) {
                    try await withServer({ $0.accessRules = file }) { _, _ in }
                }
                let message = error.map { "\($0)" } ?? ""
                #expect(message.contains(flag) && message.contains("rules.json:2"), "\(message)")
            }
        }
    }
}
