import CacheAPI
import FoundationEssentials
import NIOHTTP1
import Networking
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Build
@testable import larderd

/// Servers and registries that are reached through proxies only: nobody but the proxy knows their names.
@Suite struct ProxyTests {
    private static let files = ["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"]

    /// Believes `authority`, and is patient: where many tests compute at once, a server may take long to shake hands.
    private static func network(
        _ environment: [String: String] = [:], authority: TestAuthority
    ) throws -> NetworkSettings {
        var network = try NetworkSettings(environment: environment, authorityFile: authority.file)
        network.connectTimeout = .seconds(120)
        return network
    }

    @Test func plainServerIsReachedThroughAProxy() async throws {
        try await BuildLab.run { lab in
            var behaviour = LoopbackRelay.Behaviour()
            behaviour.hosts = ["larder.test:7070": lab.port]
            behaviour.login = "dTpwQHNz"
            try await LoopbackRelay.run(behaviour) { proxy in
                let environment = ["HTTP_PROXY": "http://u:p%40ss@127.0.0.1:\(proxy.port)"]
                let network = try NetworkSettings(environment: environment, authorityFile: nil)
                let context = try lab.context(Self.files)
                for runner in ["a", "b"] {
                    let report = try await lab.build(
                        context, runner: runner, address: "http://larder.test:7070", network: network)
                    #expect(report.outcome.error == nil)
                    #expect(report.events.warnings == [])
                    #expect(report.verdicts == [runner == "a" ? .run : .hit])
                }
                let requests = proxy.requests.withLock { $0 }
                #expect(!requests.isEmpty)
                #expect(requests.allSatisfy { $0.hasPrefix("POST http://larder.test:7070/") }, "\(requests)")
            }
        }
    }

    @Test func secureServerAndRegistryAreReachedThroughTunnels() async throws {
        try await Self.runSecure { lab, registry, authority, hosts in
            var behaviour = LoopbackRelay.Behaviour()
            behaviour.hosts = hosts
            try await LoopbackRelay.run(behaviour) { proxy in
                let network = try Self.network(
                    ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"], authority: authority)
                let context = try lab.context(Self.files)
                let report = try await lab.build(
                    context, runner: "a", address: "https://larder.test", network: network
                ) { request in
                    request.tags = ["shop/api:1", "registry.test/shop/api:1"].compactMap { try? ImageReference($0) }
                    request.outputs = [.push]
                }
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings == [])
                let requests = Set(proxy.requests.withLock { $0 })
                #expect(requests == ["CONNECT larder.test:443 HTTP/1.1", "CONNECT registry.test:443 HTTP/1.1"])
                let client = RawClient(address: "http://127.0.0.1:\(registry.port)", project: try .named("shop"))
                #expect(try await client.send(.GET, "/v2/shop/api/manifests/1", []).status == 200)
            }
        }
    }

    @Test func proxyThatWantsALoginIsNamed() async throws {
        try await BuildLab.run { lab in
            var behaviour = LoopbackRelay.Behaviour()
            behaviour.hosts = [:]
            behaviour.login = "dTpw"
            try await LoopbackRelay.run(behaviour) { proxy in
                let network = try NetworkSettings(
                    environment: ["https_proxy": "http://127.0.0.1:\(proxy.port)"], authorityFile: nil)
                let report = try await lab.build(
                    try lab.context(Self.files), runner: "a", tag: nil, address: "https://larder.test", network: network
                )
                #expect(report.outcome.error == nil)
                #expect(report.events.warnings.count == 1)
                #expect(report.events.warnings.first?.contains("the proxy wants a login") == true)
            }
        }
    }

    /// The server itself pulls base images so, as its environment and its settings say.
    @Test func serverPullsThroughAProxyAndBelievesItsAuthorities() async throws {
        try await Self.runSecure { lab, registry, authority, hosts in
            var behaviour = LoopbackRelay.Behaviour()
            behaviour.hosts = hosts
            let base = try lab.context(["Dockerfile": "FROM scratch\nCOPY f /f\n", "f": "f"], named: "base")
            let made = try await registry.build(base, runner: "a", tag: "shop/base:1")
            #expect(made.outcome.error == nil)
            let name = "registry.test/shop/base:1"
            let context = try lab.context(["Dockerfile": "FROM \(name)\nCOPY --from=\(name) f /g\n"])
            try await LoopbackRelay.run(behaviour) { proxy in
                let environment = [
                    "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "SSL_CERT_FILE": authority.file.string,
                ]
                func pull(_ place: String, _ change: (inout Settings) -> Void) async throws {
                    try await BuildLab.run(change) { own in
                        let report = try await own.build(context, runner: place)
                        #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                        #expect(try await own.files(of: report)["/g"]?.text == "f")
                    }
                }
                try await pull("environment") { $0.environment = environment }
                try await pull("setting") { settings in
                    settings.environment = ["https_proxy": environment["HTTPS_PROXY"] ?? ""]
                    settings.upstreamAuthorities = authority.file
                }
                let requests = Set(proxy.requests.withLock { $0 })
                #expect(requests == ["CONNECT registry.test:443 HTTP/1.1"])
                try await BuildLab.run({ $0.environment = ["HTTPS_PROXY": environment["HTTPS_PROXY"] ?? ""] }) { own in
                    let report = try await own.build(context, runner: "unknown")
                    let message = "\(try #require(report.outcome.error))"
                    #expect(message.contains("registry.test") && message.contains("certificate"), "\(message)")
                }
            }
        }
    }

    // MARK: Certificates

    @Test func serverWithAPrivateAuthorityIsBelievedWithItsFile() async throws {
        try await BuildLab.run { lab in
            try await Self.secure(lab, for: "localhost", "127.0.0.1") { relay, authority in
                let network = try Self.network(authority: authority)
                for host in ["localhost", "127.0.0.1"] {
                    let report = try await lab.build(
                        try lab.context(Self.files), runner: host, address: "https://\(host):\(relay.port)",
                        network: network)
                    #expect(report.outcome.error == nil)
                    #expect(report.events.warnings == [])
                    #expect(report.outcome.image != nil)
                }
            }
        }
    }

    @Test func unknownAuthorityIsNamedAndDoesNotEndTheBuild() async throws {
        try await BuildLab.run { lab in
            try await Self.secure(lab, for: "localhost") { relay, authority in
                let known = try Self.network(authority: authority)
                for (host, network) in [("localhost", NetworkSettings()), ("127.0.0.1", known)] {
                    let report = try await lab.build(
                        try lab.context(Self.files), runner: host, tag: nil, address: "https://\(host):\(relay.port)",
                        network: network)
                    #expect(report.outcome.error == nil)
                    #expect(report.events.warnings.count == 1)
                    #expect(report.events.warnings.first?.contains("--ca-file") == true, "\(report.events.warnings)")
                }
            }
        }
    }

    @Test func filesWithoutCertificatesAreRefused() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("authority.pem")
            #expect(throws: NetworkError.self) { try NetworkSettings(environment: [:], authorityFile: file) }
            for text in ["", "no certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
                try Data(text.utf8).write(to: URL(filePath: file.string))
                let error = #expect(throws: NetworkError.self) {
                    try NetworkSettings(environment: [:], authorityFile: file)
                }
                #expect(error?.code == .invalidSetting)
            }
        }
    }

    private static func secure(
        _ lab: BuildLab, for hosts: String..., body: @Sendable (LoopbackRelay, TestAuthority) async throws -> Void
    ) async throws {
        let authority = try TestAuthority(in: lab.directory)
        let names = hosts.count > 1 ? (hosts[0], hosts[1]) : (hosts[0], hosts[0])
        var behaviour = LoopbackRelay.Behaviour()
        behaviour.target = lab.port
        behaviour.certificate = try authority.certificate(for: names.0, names.1)
        try await LoopbackRelay.run(behaviour) { try await body($0, authority) }
    }

    /// Two servers behind TLS, and where a proxy finds them.
    private static func runSecure(
        _ body: @Sendable (BuildLab, BuildLab, TestAuthority, [String: Int]) async throws -> Void
    ) async throws {
        try await BuildLab.run { lab in
            try await BuildLab.run { registry in
                let authority = try TestAuthority(in: lab.directory)
                let certificate = try authority.certificate(for: "larder.test", "registry.test")
                var (first, second) = (LoopbackRelay.Behaviour(), LoopbackRelay.Behaviour())
                (first.target, first.certificate) = (lab.port, certificate)
                (second.target, second.certificate) = (registry.port, certificate)
                try await LoopbackRelay.run(first) { [second] first in
                    try await LoopbackRelay.run(second) { second in
                        let hosts = ["larder.test:443": first.port, "registry.test:443": second.port]
                        try await body(lab, registry, authority, hosts)
                    }
                }
            }
        }
    }
}
