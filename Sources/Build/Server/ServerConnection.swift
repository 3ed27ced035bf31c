internal import AsyncHTTPClient
public import CacheAPI
internal import NIOCore
internal import NIOHTTP1
public import Networking
internal import OCI
internal import Synchronization

/// Calls to one larderd on behalf of one project. Close it with ``shutdown()``.
///
/// Every failure is a ``BuildError`` `server`; its cause is an ``APIFailure`` when the server itself said no. What may pass is
/// tried again (``Retries``): everything that is sent is named by its content, so sending it twice does no harm.
public final class ServerConnection: Sendable {
    /// Where the server is.
    public let address: ServerAddress
    /// On whose behalf.
    public let project: ProjectName
    /// All body bytes so far.
    public let traffic: Traffic
    /// How the server, and other registries, are reached.
    public let network: NetworkSettings
    /// Of which trace all requests are.
    public let trace: TraceContext
    let http: WebClient
    private let token: RunnerToken
    /// Whether the server has ever answered.
    private let hasAnswered = Atomic<Bool>(false)

    /// How long the answer to a request for a few rows may take.
    static let briefly = TimeAmount.seconds(60)
    /// How long the answer to a request with much to send or to do may take.
    static let patiently = TimeAmount.minutes(15)
    /// The longest JSON answer. Bytes.
    static let answerMaximum = 64 << 20

    /// Makes a connection; nothing is sent yet.
    /// - Parameters:
    ///   - token: what proves who asks; when `nil` and the server wants to know, the login that docker or podman keeps
    ///     for it.
    ///   - trace: what the requests are part of; `nil` for a trace of their own.
    public init(
        to address: ServerAddress, project: ProjectName, token: RunnerToken.Source?,
        network: NetworkSettings = NetworkSettings(),
        traffic: Traffic = Traffic(), trace: TraceContext? = nil
    ) {
        var random = SystemRandomNumberGenerator()
        self.trace = trace ?? TraceContext(using: &random)
        self.address = address
        self.project = project
        self.token = RunnerToken(token ?? .found(nil), for: address, project: project, network: network)
        self.traffic = traffic
        self.network = network
        http = WebClient(network, .forBuilds, showingCertificate: true)
    }

    /// Closes all connections.
    public func shutdown() async {
        await http.shutdown()
    }

    /// Sends a request, again if need be, and gives the answer's head and body, when its status is a success.
    /// - Parameter offset: of the bytes to answer with, if not all.
    /// - Throws: `server`.
    func send(
        _ method: HTTPMethod, _ path: String, accepting types: [String] = [], from offset: Int = 0,
        body: ByteBuffer? = nil, contentType: String = CacheMediaType.json, within time: TimeAmount
    ) async throws(BuildError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.description + path)
        request.method = method
        if !types.isEmpty { request.headers.add(name: "accept", value: types.joined(separator: ", ")) }
        if offset > 0 { request.headers.add(name: "range", value: "bytes=\(offset)-") }
        if let body {
            request.headers.add(name: "content-type", value: contentType)
            request.body = .bytes(body)
        }
        var retries = retries()
        while true {
            do throws(BuildError) {
                return try await send(request, bodyLength: body?.readableBytes ?? 0, within: time)
            } catch {
                guard await retries.waits(after: error) else { throw error }
            }
        }
    }

    /// Sends a request, again if need be, and gives the whole body of the answer, of at most `maximum` bytes.
    /// - Throws: `server`.
    func exchange(
        _ method: HTTPMethod, _ path: String, accepting types: [String] = [], body: ByteBuffer? = nil,
        contentType: String = CacheMediaType.json, within time: TimeAmount, upTo maximum: Int = answerMaximum
    ) async throws(BuildError) -> [UInt8] {
        var retries = retries()
        while true {
            do throws(BuildError) {
                let response = try await send(
                    method, path, accepting: types, body: body, contentType: contentType, within: time)
                return try await collect(response, upTo: maximum)
            } catch {
                // What comes before the body was tried again already; one that takes too long would again.
                guard let broken = error.cause as? BrokenAnswer, !broken.isSlow, await retries.waits(after: error)
                else { throw error }
            }
        }
    }

    /// When to try again what failed now.
    func retries() -> Retries {
        Retries(hasAnswered.load(ordering: .relaxed) ? network.retries : network.retries.short)
    }

    private func send(
        _ request: HTTPClientRequest, bodyLength: Int, within time: TimeAmount
    ) async throws(BuildError) -> HTTPClientResponse {
        let header = try await token.header()
        var response = try await answer(to: request, header, within: time)
        if response.status == .unauthorized, let other = try await token.header(instead: header), other != header {
            _ = try? await response.body.collect(upTo: 1 << 20, within: http.answers.documentTime)
            response = try await answer(to: request, other, within: time)
        }
        hasAnswered.store(true, ordering: .relaxed)
        traffic.countUp(bodyLength)
        guard (200..<300).contains(response.status.code) else { throw await failure(response) }
        return response
    }

    /// - Parameter authorization: what says who asks; `nil` for nothing.
    private func answer(
        to request: HTTPClientRequest, _ authorization: String?, within time: TimeAmount
    ) async throws(BuildError) -> HTTPClientResponse {
        var request = request
        var random = SystemRandomNumberGenerator()
        request.headers.replaceOrAdd(
            name: TraceContext.headerName, value: trace.child(using: &random).traceparent)
        if let authorization { request.headers.replaceOrAdd(name: "authorization", value: authorization) }
        do {
            return try await http.execute(request, timeout: time)
        } catch {
            let hint = hint(for: error)
            throw BuildError(
                .server, "The server at \(address) does not answer: \(Self.reason(error))\(hint).", cause: error)
        }
    }

    /// Reads a whole body of at most `maximum` bytes.
    /// - Parameter time: if it is less than documents have anyway.
    func collect(
        _ response: HTTPClientResponse, upTo maximum: Int, within time: Duration? = nil
    ) async throws(BuildError) -> [UInt8] {
        do {
            let limit = min(time ?? http.answers.documentTime, http.answers.documentTime)
            let body = try await response.body.collect(upTo: maximum, within: limit)
            traffic.countDown(body.readableBytes)
            return Array(body.readableBytesView)
        } catch {
            throw BuildError(
                .server, "The server at \(address) broke off: \(Self.reason(error)).", cause: BrokenAnswer(error))
        }
    }

    /// What the server said of a request that it did not fulfil.
    private func failure(_ response: HTTPClientResponse) async -> BuildError {
        let bytes = (try? await collect(response, upTo: 1 << 20)) ?? []
        let status = response.status.code
        let retryAfter = response.retryAfter
        // What the server's log says more of.
        let id = status >= 500 ? response.headers.first(name: "x-request-id").map { " (request \($0))." } ?? "" : ""
        if let failure = try? JSONDocument.decode(APIFailure.self, from: bytes, subject: "the failure") {
            let hint = failure.code == .unauthenticated ? " \(loginHint)" : ""
            let isPassing =
                failure.code == .tooManyRequests || failure.code == .unavailable && retryAfter != nil
            return BuildError(
                .server, "The server says: \(failure.message)\(hint)\(id)",
                cause: isPassing ? UnexpectedStatus(code: status, retryAfter: retryAfter) : failure)
        }
        if let failure = (try? JSONDocument.decode(RegistryErrorBody.self, from: bytes, subject: "the failure"))?
            .errors.first
        {
            return BuildError(
                .server, "The server says: \(failure.message ?? failure.code) (status \(status)).",
                cause: UnexpectedStatus(code: status, retryAfter: retryAfter))
        }
        if status == 401 || status == 403 {
            return BuildError(.server, "The server at \(address) refuses access (\(status)). \(loginHint)")
        }
        return BuildError(
            .server, "The server at \(address) answers with status \(status)\(id.isEmpty ? "." : id)",
            cause: UnexpectedStatus(code: status, retryAfter: retryAfter))
    }

    private var loginHint: String {
        "Set LARDER_TOKEN or LARDER_TOKEN_FILE to a token of that server, or run: docker login \(address.registryHost)"
    }

    /// What to try when a server closes a connection at once, as one with TLS does that is sent plain HTTP.
    private func hint(for error: any Error) -> String {
        let isPlain = address.description.hasPrefix("http://") && !hasAnswered.load(ordering: .relaxed)
        let isClosed = (error as? HTTPClientError) == .remoteConnectionClosed || error is HTTPParserError
        return isPlain && isClosed ? "; if it serves HTTPS, write https:// in its address" : ""
    }

    /// What went wrong on the wire, in words.
    static func reason(_ error: any Error) -> String { NetworkFailure.words(for: error) }
}

extension HTTPClient.Configuration {
    /// The limits of a build.
    static var forBuilds: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .minutes(15)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 8
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }
}
