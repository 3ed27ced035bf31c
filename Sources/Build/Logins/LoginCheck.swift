internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import Networking
internal import OCI

/// Asks a server whether a login is one, before it is kept.
public struct LoginCheck: Sendable {
    /// What it says.
    public enum Outcome: Hashable, Sendable {
        /// The login is one.
        case accepted
        /// It lets everybody in, so it says nothing about the login.
        case open
    }

    private let server: LoginServer
    private let own: WebClient
    /// For where it says that tokens are to be had, if that is elsewhere: it is shown no certificate.
    private let other: WebClient
    private let login: RegistryLogin
    private let secret: String

    private init(_ server: LoginServer, _ network: NetworkSettings, user: String, password: String) {
        self.server = server
        own = WebClient(network, .forPushes, showingCertificate: true)
        other = WebClient(network, .forPushes)
        login = RegistryLogin(user: user, password: password)
        secret = password
    }

    /// Logs in to `server` with a user's password.
    /// - Throws: `notPermitted` when the server does not take it, `registry` when it could not be asked. No message has the
    ///   password.
    public static func run(
        on server: LoginServer, through network: NetworkSettings, user: String, password: String
    ) async throws -> Outcome {
        let check = LoginCheck(server, network, user: user, password: password)
        let result: Result<Outcome, any Error>
        do {
            result = .success(try await check.outcome())
        } catch {
            result = .failure(error)
        }
        await check.own.shutdown()
        await check.other.shutdown()
        return try result.get()
    }

    private func outcome() async throws -> Outcome {
        let first = try await send("\(server.endpoint)/v2/", showing: nil)
        let challenges = first.headers["www-authenticate"]
        guard first.status == .unauthorized else {
            guard first.status == .ok else { throw await failure(first) }
            return .open
        }
        let header: String?
        if let challenge = challenges.lazy.compactMap({ BearerChallenge($0) }).first {
            header = "Bearer \(try await token(for: challenge))"
        } else {
            header = challenges.contains { $0.lowercased().hasPrefix("basic") } ? login.basicHeader : nil
        }
        guard let header else {
            throw BuildError(.registry, "\(server) wants another kind of login than a user and a password.")
        }
        let second = try await send("\(server.endpoint)/v2/", showing: header)
        guard second.status == .ok else { throw await failure(second) }
        return .accepted
    }

    private func token(for challenge: BearerChallenge) async throws -> String {
        let isOwn = WebOrigin.text(of: challenge.realm) == WebOrigin.text(of: server.endpoint)
        guard isOwn || RegistryAccess.isTrusted(challenge.realm, by: server.host) else {
            throw BuildError(
                .registry, "\(server) wants logins to be sent to '\(challenge.realm)', which is not https.")
        }
        let answer = try await send(challenge.loginURL, showing: login.basicHeader)
        guard answer.status == .ok else { throw await failure(answer) }
        let bytes = try await RegistryAccess.collect(answer, by: own)
        let reply = try? JSONDocument.decode(RegistryAccess.TokenAnswer.self, from: bytes, subject: "the token")
        guard let token = reply?.token ?? reply?.access_token, RegistryAccess.isToken(token) else {
            throw BuildError(.registry, "\(server) answers the login with what is no token.")
        }
        return token
    }

    private func send(_ url: String, showing header: String?) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "user-agent", value: "larder")
        if let header { request.headers.add(name: "authorization", value: header) }
        let isOwn = WebOrigin.text(of: url) == WebOrigin.text(of: server.endpoint)
        do {
            return try await (isOwn ? own : other).execute(request, timeout: RegistryAccess.briefly)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw BuildError(
                .registry, "\(server) cannot be asked whether the login is right: \(ServerConnection.reason(error)).")
        }
    }

    /// Why a server does not say yes.
    private func failure(_ answer: HTTPClientResponse) async -> BuildError {
        let status = answer.status.code
        let bytes = (try? await RegistryAccess.collect(answer, by: own)) ?? []
        let said = (try? JSONDocument.decode(RegistryErrorBody.self, from: bytes, subject: "the failure"))?
            .errors.first?.message
        // What a server says of it is shown, unless it says it all.
        let reason = said.flatMap { $0.contains(secret) || $0.utf8.count > 500 ? nil : $0 }.map { ": \($0)" } ?? ""
        switch status {
        case 401, 403: return BuildError(.notPermitted, "\(server) does not take the login (\(status))\(reason)")
        case 404: return BuildError(.registry, "\(server) is no registry, or its address has another port.")
        default:
            return BuildError(
                .registry, "\(server) could not check the login (status \(status))\(reason)")
        }
    }
}
