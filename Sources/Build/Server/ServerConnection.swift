internal import AsyncHTTPClient
public import CacheAPI
internal import NIOCore
internal import NIOHTTP1
internal import OCI

/// Calls to one larderd on behalf of one project. Close it with ``shutdown()``.
///
/// Every failure is a ``BuildError`` `server`; its cause is an ``APIFailure`` when the server itself said no.
public final class ServerConnection: Sendable {
    /// Where the server is.
    public let address: ServerAddress
    /// On whose behalf.
    public let project: ProjectName
    /// All body bytes so far.
    public let traffic: Traffic
    let http: HTTPClient
    private let token: String?

    /// How long the answer to a request for a few rows may take.
    static let briefly = TimeAmount.seconds(60)
    /// How long the answer to a request with much to send or to do may take.
    static let patiently = TimeAmount.minutes(15)
    /// The longest JSON answer. Bytes.
    static let answerMaximum = 64 << 20

    /// Makes a connection; nothing is sent yet.
    public init(to address: ServerAddress, project: ProjectName, token: String?, traffic: Traffic = Traffic()) {
        self.address = address
        self.project = project
        self.token = token
        self.traffic = traffic
        http = HTTPClient.forBuilds()
    }

    /// Closes all connections.
    public func shutdown() async {
        try? await http.shutdown()
    }

    /// Sends a request and gives the answer's head and body, when its status is a success.
    /// - Throws: `server`.
    func send(
        _ method: HTTPMethod, _ path: String, accepting types: [String] = [], body: ByteBuffer? = nil,
        contentType: String = CacheMediaType.json, within time: TimeAmount
    ) async throws(BuildError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.description + path)
        request.method = method
        if !types.isEmpty { request.headers.add(name: "accept", value: types.joined(separator: ", ")) }
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: contentType)
            request.body = .bytes(body)
        }
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: time)
        } catch {
            throw BuildError(.server, "The server at \(address) does not answer: \(Self.reason(error)).", cause: error)
        }
        traffic.countUp(body?.readableBytes ?? 0)
        guard (200..<300).contains(response.status.code) else { throw await failure(response) }
        return response
    }

    /// Reads a whole body of at most `maximum` bytes.
    func collect(_ response: HTTPClientResponse, upTo maximum: Int) async throws(BuildError) -> [UInt8] {
        do {
            let body = try await response.body.collect(upTo: maximum)
            traffic.countDown(body.readableBytes)
            return Array(body.readableBytesView)
        } catch {
            throw BuildError(.server, "The server at \(address) broke off: \(Self.reason(error)).", cause: error)
        }
    }

    /// What the server said of a request that it did not fulfil.
    private func failure(_ response: HTTPClientResponse) async -> BuildError {
        let bytes = (try? await collect(response, upTo: 1 << 20)) ?? []
        let status = response.status.code
        if let failure = try? JSONDocument.decode(APIFailure.self, from: bytes, subject: "the failure") {
            return BuildError(.server, "The server says: \(failure.message)", cause: failure)
        }
        if let failure = (try? JSONDocument.decode(RegistryErrorBody.self, from: bytes, subject: "the failure"))?
            .errors.first
        {
            return BuildError(.server, "The server says: \(failure.message ?? failure.code) (status \(status)).")
        }
        if status == 401 || status == 403 {
            return BuildError(.server, "The server at \(address) refuses access (\(status)); check --token.")
        }
        return BuildError(.server, "The server at \(address) answers with status \(status).")
    }

    static func reason(_ error: any Error) -> String {
        guard let error = error as? HTTPClientError else {
            let text = "\(error)"
            return text.contains("Connection refused") ? "connection refused" : text
        }
        switch error {
        case .connectTimeout: return "no connection within 5 seconds"
        case .deadlineExceeded, .readTimeout: return "no answer in time"
        case .remoteConnectionClosed: return "it closed the connection"
        default: return error.shortDescription
        }
    }
}

extension HTTPClient {
    /// A client with the limits of a build.
    static func forBuilds() -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .minutes(15)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 8
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
