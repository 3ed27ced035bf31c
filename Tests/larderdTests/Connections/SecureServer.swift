import AsyncHTTPClient
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// A server with TLS that answers every request with what is known about its connection.
struct SecureServer: Sendable {
    let port: Int
    let certificate: ServerCertificate
    /// What was logged: level and message.
    let log: LogCapture

    /// Lends one.
    static func run(
        _ files: TLSFiles, _ change: (inout Settings) -> Void = { _ in },
        _ body: @Sendable (SecureServer) async throws -> Void
    ) async throws {
        var settings = Settings(root: "/nowhere")
        settings.tls = files
        change(&settings)
        let log = LogCapture()
        let certificate = try ServerCertificate(files, logger: log.logger)
        let waiting = WaitingConnections()
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let router = Router(context: LarderRequestContext.self)
        router.get("/") { _, context in
            let shown = context.clientCertificate.map { "\($0.commonNames.last ?? "-") \($0.dnsNames) \($0.uris)" }
            return "\(context.connection.address) \(context.connection.isSecure) \(shown ?? "nobody")"
        }
        router.get("/endless") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    while true {
                        try await writer.write(ByteBuffer(string: "x"))
                        try await Task.sleep(for: .milliseconds(10))
                    }
                })
        }
        let application = Application(
            router: router,
            server: settings.server(certificate, counts: ConnectionCounts(settings.limits), waiting: waiting),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: .silent)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: .silent))
        async let running: Void = group.run()
        let port = await ports.first { _ in true } ?? 0
        let outcome: Swift.Result<Void, any Error>
        do {
            outcome = .success(try await body(SecureServer(port: port, certificate: certificate, log: log)))
        } catch {
            outcome = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await running
        await waiting.close()
        try outcome.get()
    }

    /// Asks with a client of its own, so on a new connection.
    func ask(_ client: SecureClient) async throws -> String {
        try await client.with { try await $0.get("https://127.0.0.1:\(port)/").text }
    }
}

/// A client that believes an authority.
struct SecureClient: Sendable {
    var authority: FilePath
    /// What it shows of itself.
    var shown: TestAuthority.Pair?
    var version = HTTPClient.Configuration.HTTPVersion.automatic
    var change: @Sendable (inout TLSConfiguration) -> Void = { _ in }

    init(_ authority: TestAuthority) { self.authority = authority.file }

    struct Session: Sendable {
        fileprivate let http: HTTPClient

        func get(_ url: String) async throws -> (version: HTTPVersion, text: String) {
            let response = try await http.execute(HTTPClientRequest(url: url), timeout: .seconds(120))
            return (response.version, String(buffer: try await response.body.collect(upTo: 1 << 20)))
        }

        func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
            try await http.execute(request, timeout: .seconds(120))
        }
    }

    /// Lends its connections.
    func with<Result: Sendable>(_ body: @Sendable (Session) async throws -> Result) async throws -> Result {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority.string))
        if let shown {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(shown.certificate.string).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: shown.key.string, format: .pem))
        }
        change(&tls)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = version
        configuration.connectionPool.retryConnectionEstablishment = false
        // Where many tests compute at once, a server may take long to answer a new connection.
        configuration.timeout.connect = .seconds(120)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(Session(http: http)))
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        return try outcome.get()
    }
}

/// Keeps what is logged.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(capture: self) }
        logger.logLevel = .debug
        return logger
    }

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            capture.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
