internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import OCI
internal import Synchronization

/// Requests to one repository of a registry, which learns who asks only when it wants to know. What proves that goes
/// to the registry's own host and to where it says that tokens are to be had, nowhere else.
final class RegistryAccess: Sendable {
    /// What may not happen again when the same is tried again.
    struct PassingFailure: Error {
        /// What happened, to follow the name of the registry.
        let words: String
        /// How long the registry wants to be left alone.
        var retryAfter: Duration?
        /// Whether it may be that the registry speaks TLS and was not spoken to so.
        var mayWantTLS = false
    }

    /// How long the answer to a request with little to send may take.
    static let briefly = TimeAmount.seconds(60)
    /// The longest document that is read. Bytes.
    private static let answerMaximum = 1 << 20

    let host: RegistryHost
    let repository: RepositoryName
    private let http: WebClient
    private let credentials: RegistryCredentials
    /// The header that the registry wants; `nil` while it wants none.
    private let authorization = Mutex<String?>(nil)
    /// Scheme, host and port.
    private let endpoint: Mutex<String>

    init(_ host: RegistryHost, _ repository: RepositoryName, _ http: WebClient, _ credentials: RegistryCredentials) {
        self.host = host
        self.repository = repository
        self.http = http
        self.credentials = credentials
        endpoint = Mutex(host.endpoint)
    }

    /// Where the repository is.
    var base: String { "\(endpoint.withLock { $0 })/v2/\(repository)" }

    /// Learns who must ask, which saves each later request from being refused first, and whether a registry of this machine
    /// has TLS.
    func greet() async throws {
        do {
            try await ask()
        } catch let failure as PassingFailure where failure.mayWantTLS && host.isLoopback {
            endpoint.withLock { $0 = "https://\(host)" }
            try await ask()
        }
    }

    private func ask() async throws {
        let url = "\(endpoint.withLock { $0 })/v2/"
        let answer = try await send(HTTPClientRequest(url: url))
        _ = try await collect(answer)
        // What Go's servers say to those who come without TLS.
        guard answer.status == .badRequest, url.hasPrefix("http://") else { return }
        throw PassingFailure(words: "does not take plain HTTP", mayWantTLS: true)
    }

    /// Sends a request, again when the registry wants to know who asks. The answer may be any.
    /// - Parameter repeats: whether the request can be sent again; when it cannot, that the registry wants to know is
    ///   a ``PassingFailure``, since it does now.
    /// - Throws: ``PassingFailure``; `registry`, `notPermitted`, `invalidInput`.
    func send(
        _ request: HTTPClientRequest, within time: TimeAmount = briefly, repeats: Bool = true
    ) async throws -> HTTPClientResponse {
        let used = authorization.withLock { $0 }
        let answer = try await execute(request, used, within: time)
        guard answer.status == .unauthorized, isOwn(request.url) else { return answer }
        let current = authorization.withLock { $0 }
        // Another request may have learnt it meanwhile.
        if current == used {
            guard let header = try await header(for: answer, instead: used) else { return answer }
            authorization.withLock { $0 = header }
        }
        guard repeats else { throw PassingFailure(words: "asks who it is that sends") }
        _ = try? await collect(answer)
        return try await execute(request, authorization.withLock { $0 }, within: time)
    }

    /// The body of an answer, or its beginning when it is long.
    /// - Throws: ``PassingFailure``.
    func collect(_ answer: HTTPClientResponse) async throws -> [UInt8] { try await Self.collect(answer, by: http) }

    /// The body of an answer that `client` got, or its beginning when it is long.
    static func collect(_ answer: HTTPClientResponse, by client: WebClient) async throws -> [UInt8] {
        do {
            return [UInt8](
                buffer: try await answer.body.beginning(of: answerMaximum, within: client.answers.documentTime))
        } catch {
            throw passing(error)
        }
    }

    /// Whether a URL is the registry's own.
    private func isOwn(_ url: String) -> Bool { WebOrigin.text(of: url) == WebOrigin.text(of: base) }

    private func execute(
        _ request: HTTPClientRequest, _ header: String?, within time: TimeAmount
    ) async throws -> HTTPClientResponse {
        var request = request
        request.headers.replaceOrAdd(name: "user-agent", value: "larder")
        if let header, isOwn(request.url) { request.headers.replaceOrAdd(name: "authorization", value: header) }
        do {
            return try await http.execute(request, timeout: time)
        } catch {
            throw Self.passing(error)
        }
    }

    private static func passing(_ error: any Error) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        return PassingFailure(
            words: "cannot be reached or broke off: \(ServerConnection.reason(error))",
            mayWantTLS: (error as? HTTPClientError) == .remoteConnectionClosed || error is HTTPParserError)
    }
}

extension RegistryAccess {
    /// What answers a request for a token.
    struct TokenAnswer: Decodable {
        let token: String?
        let access_token: String?
    }

    /// What the registry wants to see; `nil` when there is nothing better than what it refused.
    private func header(for refusal: HTTPClientResponse, instead used: String?) async throws -> String? {
        let challenges = refusal.headers["www-authenticate"]
        if let challenge = challenges.lazy.compactMap({ BearerChallenge($0) }).first {
            return "Bearer \(try await token(for: challenge))"
        }
        guard challenges.contains(where: { $0.lowercased().hasPrefix("basic") }),
            let login = try await credentials.login(for: host, repository)
        else { return nil }
        guard let header = login.basicHeader else {
            throw BuildError(
                .notPermitted,
                """
                The registry \(host) wants a user name and a password, but what is kept for it is an identity token: \
                log in again.
                """)
        }
        return header == used ? nil : header
    }

    private func token(for challenge: BearerChallenge) async throws -> String {
        guard Self.isTrusted(challenge.realm, by: host) else {
            throw BuildError(
                .registry,
                "The registry \(host) wants its tokens to be fetched from '\(challenge.realm)', which is not https.")
        }
        let login = try await credentials.login(for: host, repository)
        let answer = try await execute(tokenRequest(for: challenge, login), nil, within: Self.briefly)
        switch answer.status.code {
        case 200: break
        case 429, 500...599: throw PassingFailure(words: "gives no token (status \(answer.status.code))")
        default: throw refusal(of: "gives no token", answer.status.code)
        }
        let reply = try? JSONDocument.decode(
            TokenAnswer.self, from: try await collect(answer), subject: "the token")
        guard let token = reply?.token ?? reply?.access_token, Self.isToken(token) else {
            throw BuildError(.registry, "The registry \(host) gave a token that is none.")
        }
        return token
    }

    private func tokenRequest(for challenge: BearerChallenge, _ login: RegistryLogin?) -> HTTPClientRequest {
        let scope = scope(for: challenge)
        if let token = login?.identityToken {
            var request = HTTPClientRequest(url: challenge.realm)
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(
                ByteBuffer(string: challenge.form(scope: scope, refreshToken: token, client: "larder")))
            return request
        }
        var request = HTTPClientRequest(url: challenge.tokenURL(scope: scope))
        if let header = login?.basicHeader { request.headers.add(name: "authorization", value: header) }
        return request
    }

    /// The one scope in which all of a push is allowed: challenges to questions ask for less.
    private func scope(for challenge: BearerChallenge) -> String {
        let parts = (challenge.scope ?? "").split(separator: ":")
        // A registry may know the repository by another name.
        let name = parts.count == 3 && parts[0] == "repository" ? String(parts[1]) : repository.description
        return "repository:\(name):pull,push"
    }

    /// The error of a registry that does not let us in.
    func refusal(of what: String, _ status: UInt) -> BuildError {
        let login = host == .dockerHub ? "docker login" : "docker login \(host)"
        return BuildError(
            .notPermitted,
            """
            The registry \(host) \(what) for \(repository) (status \(status)): log in with '\(login)' as someone who \
            may push there.
            """)
    }

    /// Whether a login for `host` may be sent to `url`: over TLS, or within this machine.
    static func isTrusted(_ url: String, by host: RegistryHost) -> Bool {
        let origin = WebOrigin.text(of: url)
        if origin.hasPrefix("https://") { return true }
        guard host.isLoopback, origin.hasPrefix("http://") else { return false }
        return (try? RegistryHost(String(origin.dropFirst("http://".count))))?.isLoopback == true
    }

    /// A token goes into a header: nothing but visible characters.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension HTTPClient.Configuration {
    /// That of pushes: no redirect is followed, so that it is always known where something goes.
    static var forPushes: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(15)
        configuration.timeout.read = .minutes(15)
        configuration.timeout.write = .minutes(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }
}
