import Access
import FoundationEssentials
import JWTKit
import OCI

/// What a registry's client gets for its login, and shows with each request after (distribution project, "Token Authentication
/// Implementation"): whose it is, and what it is good for.
struct RegistryToken: Sendable {
    /// What the client logged in with, so that it is looked at again: who is locked out is locked out at once.
    enum Origin: Sendable, Hashable {
        /// A token of this server, by its identifier.
        case token(id: String)
        /// A user of the file of passwords.
        case user(String)
        /// A job, by the token of its CI system.
        case job(String)
        /// Whoever has the certificate of the connection: the token is of no use on another.
        case certificate
        /// The scanner that judges an image of this server.
        case scanner
        /// Nobody.
        case anonymous
    }

    let origin: Origin
    /// Under which name the server was spoken to.
    let service: String
    /// What it is good for, and for nothing else.
    let access: [RegistryScope]
    /// When it ends. Seconds since 1970.
    let expiry: Double
}

/// The claims of a registry token.
struct RegistryTokenClaims: JWTPayload {
    struct Access: Codable {
        var type: String
        var name: String
        var actions: [String]
    }

    static let issuer = "larderd"

    var iss = Self.issuer
    var aud: String
    var sub: String
    var exp: Int64
    var nbf: Int64
    var iat: Int64
    var jti: String
    var access: [Access]
    /// The token of this server, the user, the token of a job, or that it was a certificate or is a scanner's; none of them for
    /// nobody.
    var token: String?
    var user: String?
    var job: String?
    var certificate: Bool?
    var scanner: Bool?

    func verify(using algorithm: some JWTAlgorithm) {}

    init(_ token: RegistryToken, subject: String, id: String, now: Double) {
        aud = token.service
        sub = subject
        exp = Int64(token.expiry)
        (nbf, iat) = (Int64(now), Int64(now))
        jti = id
        access = token.access.map {
            Access(
                type: "repository", name: $0.repository.description,
                actions: $0.actions.sorted().map(\.rawValue))
        }
        switch token.origin {
        case .token(let id): self.token = id
        case .user(let name): user = name
        case .job(let text): job = text
        case .certificate: certificate = true
        case .scanner: scanner = true
        case .anonymous: break
        }
    }

    /// The token; `nil` when the claims are not those of one.
    var value: RegistryToken? {
        guard iss == Self.issuer else { return nil }
        let origin: RegistryToken.Origin =
            switch (token, user, job) {
            case (let id?, _, _): .token(id: id)
            case (_, let name?, _): .user(name)
            case (_, _, let text?): .job(text)
            default: certificate == true ? .certificate : scanner == true ? .scanner : .anonymous
            }
        let scopes = access.compactMap { entry -> RegistryScope? in
            guard entry.type == "repository", let name = try? RepositoryName(entry.name) else { return nil }
            return RegistryScope(name, Set(entry.actions.compactMap { RegistryScope.Action(rawValue: $0) }))
        }
        return RegistryToken(origin: origin, service: aud, access: scopes, expiry: Double(exp))
    }
}

extension RegistryToken.Origin {
    /// What `identity` logged in with.
    init(_ identity: Identity, _ credentials: Credentials) {
        let secret: String? =
            switch credentials.proof {
            case .basic(_, let password): password
            case .bearer(let text): text
            case .none, .unreadable: nil
            }
        switch (identity.kind, secret) {
        case (.token, let text?): self = AccessToken(text).map { .token(id: $0.id) } ?? .anonymous
        case (.job, let text?): self = .job(text)
        case (.user, _): self = .user(identity.name)
        case (.certificate, _): self = .certificate
        default: self = .anonymous
        }
    }
}
