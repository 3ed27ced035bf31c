internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import OCI

/// How a job of GitHub Actions gets a token that proves which job it is ("OpenID Connect reference"): it asks, as often as it
/// wants to, at a URL that is in its environment when the workflow has `permissions: id-token: write`.
public struct JobTokenRequest: Hashable, Sendable {
    private static let timeout = TimeAmount.seconds(15)
    private static let attempts = 3

    /// Where to ask.
    let url: String
    /// What proves to GitHub who asks.
    let requestToken: String
    /// For whom the token is.
    let audience: String

    /// That of the environment; `nil` when no token is offered there.
    /// - Parameter audience: for whom it is.
    public init?(environment: [String: String], audience: String) {
        guard let url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"], !url.isEmpty,
            let token = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"], !token.isEmpty
        else { return nil }
        (self.url, requestToken, self.audience) = (url, token, audience)
    }

    /// Asks for a token, again when GitHub has a bad moment.
    /// - Throws: `server`.
    func token(through network: NetworkSettings) async throws(BuildError) -> String {
        let client = WebClient(network, .forBuilds)
        var failure = BuildError(.server, "GitHub Actions gives no token for this job.")
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try? await Task.sleep(for: network.retries.pause(before: attempt) ?? .seconds(1)) }
            do {
                let token = try await ask(client)
                await client.shutdown()
                return token
            } catch {
                failure = BuildError(
                    .server,
                    """
                    GitHub Actions gives no token for this job: \(ServerConnection.reason(error)); is 'id-token: write' among \
                    the workflow's permissions?
                    """,
                    cause: error)
            }
        }
        await client.shutdown()
        throw failure
    }

    private struct Answer: Decodable {
        var value: String
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private func ask(_ client: WebClient) async throws -> String {
        var request = HTTPClientRequest(
            url: url + (url.contains("?") ? "&" : "?") + "audience=" + Self.escaped(audience))
        request.headers.add(name: "authorization", value: "Bearer \(requestToken)")
        request.headers.add(name: "accept", value: "application/json; api-version=2.0")
        let response = try await client.execute(request, timeout: Self.timeout)
        guard response.status == .ok else {
            throw Refusal(description: "it answers with status \(response.status.code)")
        }
        let body = try await response.body.collect(
            upTo: 1 << 16, within: min(client.answers.documentTime, .nanoseconds(Self.timeout.nanoseconds)))
        guard let answer = try? JSONDocument.value(Answer.self, in: body.readableBytesView),
            !answer.value.isEmpty
        else { throw Refusal(description: "its answer has no token") }
        return answer.value
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.properties.isAlphabetic || (0x30...0x39).contains(byte) || "-._~".unicodeScalars.contains(scalar)
            return isPlain && byte < 0x80
                ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension JobTokenRequest: CustomStringConvertible, CustomReflectable {
    /// For whom the token is: no secret.
    public var description: String { "a token of GitHub Actions for \(audience)" }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
