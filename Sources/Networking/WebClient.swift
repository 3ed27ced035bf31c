public import AsyncHTTPClient
public import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Sends requests over HTTP, each through the proxy that its URL wants, and breaks off answers that are too slow
/// (``AnswerLimits``). End it with ``shutdown()``.
public final class WebClient: Sendable {
    /// A way that requests take.
    private enum Route: Hashable {
        case direct
        /// Asks the proxy for a connection, and speaks with the host through it.
        case tunnel(ProxyAddress)
        /// Has the proxy pass requests on.
        case forward(ProxyAddress)

        var isForward: Bool { if case .forward = self { true } else { false } }
    }

    private let network: NetworkSettings
    /// When requests that may be repeated are.
    public var retries: RetrySchedule { network.retries }
    /// How long answers may take. That bodies keep their pace is seen to here; those who read a document bound the whole of it.
    public var answers: AnswerLimits { network.answers }
    private let configuration: HTTPClient.Configuration
    private let state = Mutex((clients: [Route: HTTPClient](), isShutDown: false))

    /// - Parameters:
    ///   - configuration: of all connections, but for proxies and certificates.
    ///   - showingCertificate: whether servers that ask who comes are shown the certificate of `network`, which is for one
    ///     server only.
    public init(
        _ network: NetworkSettings, _ configuration: HTTPClient.Configuration, showingCertificate: Bool = false
    ) {
        self.network = network
        var configuration = configuration
        if let tls = network.tls(showingCertificate: showingCertificate) { configuration.tlsConfiguration = tls }
        if let timeout = network.connectTimeout { configuration.timeout.connect = TimeAmount(timeout) }
        self.configuration = configuration
    }

    deinit {
        // A client that is dropped without having been shut down would end the process.
        let rest = state.withLock { Array($0.clients.values) }
        if !rest.isEmpty { Task { for client in rest { try? await client.shutdown() } } }
    }

    /// Sends a request; its body is sent as it is read.
    ///
    /// Throws `HTTPClientError.alreadyShutdown` after ``shutdown()``.
    public func execute(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        guard let proxy = network.proxies.proxy(for: request.url) else {
            return try await client(.direct).execute(request, timeout: timeout)
        }
        if proxy.kind == .socks || WebOrigin.text(of: request.url).hasPrefix("https://") {
            return try await client(.tunnel(proxy)).execute(request, timeout: timeout)
        }
        return try await client(.forward(proxy)).execute(Self.forwarded(request, by: proxy), timeout: timeout)
    }

    /// Closes all connections.
    public func shutdown() async {
        let all = state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
        for client in all { try? await client.shutdown() }
    }

    private func client(_ route: Route) throws -> HTTPClient {
        try state.withLock { state in
            if state.isShutDown { throw HTTPClientError.alreadyShutdown }
            if let client = state.clients[route] { return client }
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration(for: route))
            state.clients[route] = client
            return client
        }
    }

    private func configuration(for route: Route) -> HTTPClient.Configuration {
        var configuration = configuration
        let (limits, isForwarded) = (answers, route.isForward)
        let addHandlers: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.eventLoop.submit {
                if isForwarded { try AbsoluteFormHandler.add(to: channel) }
                try AnswerPaceHandler.add(to: channel, limits)
            }
        }
        configuration.http1_1ConnectionDebugInitializer = addHandlers
        configuration.http2StreamChannelDebugInitializer = addHandlers
        switch route {
        case .direct, .forward: break
        case .tunnel(let proxy):
            switch proxy.kind {
            case .socks: configuration.proxy = .socksServer(host: proxy.host, port: proxy.port)
            case .http:
                let login = proxy.login.map { HTTPClient.Authorization.basic(credentials: $0) }
                configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: login)
            }
        }
        return configuration
    }

    /// The request as it is sent to a proxy that passes it on; see ``AbsoluteFormHandler``.
    private static func forwarded(_ request: HTTPClientRequest, by proxy: ProxyAddress) -> HTTPClientRequest {
        var request = request
        let rest = request.url.dropFirst("http://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        request.headers.replaceOrAdd(name: "host", value: String(authority))
        if let login = proxy.login {
            request.headers.replaceOrAdd(name: "proxy-authorization", value: "Basic \(login)")
        }
        let path = rest.dropFirst(authority.count)
        request.url = "http://\(proxy.authority)" + (path.hasPrefix("/") ? "" : "/") + path
        return request
    }
}
