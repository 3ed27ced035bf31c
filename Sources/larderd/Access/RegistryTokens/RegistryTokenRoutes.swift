import Access
import Hummingbird
import NIOCore
import OCI

/// `/v2/token`: gives registry clients a token for their login (distribution project, "Token Authentication Specification" for
/// GET, "OAuth2 Token Authentication" for POST).
struct RegistryTokenRoutes: Sendable {
    static let path = "/v2/token"

    let control: AccessControl

    /// Answers a GET or a POST.
    /// - Throws: ``RegistryFailure`` for a login that is none, and a form that cannot be read.
    func answer(_ request: Request) async throws -> Response {
        let shown = Credentials(
            authorization: request.headers[.authorization], certificate: Connection.current.clientCertificate)
        if request.method == .post {
            let body = try await request.body.collect(upTo: RegistryTokenForm.bytesMaximum)
            let form = RegistryTokenForm(String(buffer: body))
            let credentials = try Self.credentials(form, shown)
            return try await grant(form, credentials, renewable: form["access_type"] == "offline")
        }
        let form = RegistryTokenForm(request.uri.query ?? "")
        return try await grant(form, shown, renewable: false)
    }

    /// What a form logs in with; what the request shows itself when the form has nothing.
    private static func credentials(
        _ form: RegistryTokenForm, _ shown: Credentials
    ) throws(RegistryFailure) -> Credentials {
        switch form["grant_type"] {
        case "password":
            guard let password = form["password"] else { throw refusal("the form has no password") }
            return Credentials(user: form["username"] ?? "", password: password)
        case "refresh_token":
            guard let token = form["refresh_token"] else { throw refusal("the form has no refresh_token") }
            return Credentials(user: "", password: token)
        default:
            guard form["grant_type"] == nil else {
                throw RegistryFailure(.unsupported, status: 400, "grant_type must be 'password' or 'refresh_token'")
            }
            return shown
        }
    }

    private func grant(
        _ form: RegistryTokenForm, _ credentials: Credentials, renewable: Bool
    ) async throws -> Response {
        let identity: Identity
        switch await control.logIn(credentials) {
        case .identified(let known): identity = known
        case .refused(let reason): throw Self.refusal(reason)
        case .unavailable(let reason, let seconds): throw AccessRefusal(reason, retryAfter: seconds)
        case .unknown: throw Self.refusal("nobody here has these credentials")
        }
        if identity.kind == .anonymous, identity.grants.isEmpty {
            throw Self.refusal("log in first: docker login, with a token of this server as the password")
        }
        let access = RegistryScope.scopes(form.all("scope")).map { scope in
            RegistryScope(scope.repository, scope.actions.filter { allows($0, scope.repository, identity) })
        }
        let (text, seconds) = try await control.registryTokens.issue(
            RegistryToken.Origin(identity, credentials), subject: "\(identity)", service: form["service"] ?? "",
            access: access.filter { !$0.actions.isEmpty }, end: identity.expires.map { Double($0) })
        let answer = Answer(
            token: text, access_token: text, expires_in: seconds,
            issued_at: Timestamp.text(seconds: Int64(clamping: WallClock.seconds)),
            refresh_token: renewable ? credentials.renewable(for: identity) : nil)
        var response = try RegistryRoutes.json(answer)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// Whether a login may do something in a repository, as far as that can be said without a tag.
    private func allows(_ action: RegistryScope.Action, _ repository: RepositoryName, _ identity: Identity) -> Bool {
        control.policy.decide(.repository(repository, Rights(action)), for: identity).isAllowed
    }

    private struct Answer: Encodable {
        var token: String
        var access_token: String
        var expires_in: Int
        var issued_at: String
        var refresh_token: String?
    }

    private static func refusal(_ reason: String) -> RegistryFailure { RegistryFailure(.unauthorized, reason) }
}

extension Credentials {
    /// What a client may keep in place of its password: a token of this server. It ends with that one.
    fileprivate func renewable(for identity: Identity) -> String? {
        guard identity.kind == .token, case .basic(_, let password) = proof else { return nil }
        return password
    }
}
