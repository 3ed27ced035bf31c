import Build
import FoundationEssentials
import OCI
import SystemPackage

/// How a job proves to the server who it is, without the proof: what kind it is, where it comes from and, of an ID token,
/// what it says. Nothing is checked here: that is for the server.
struct ShownIdentity: Encodable, Hashable {
    /// What an ID token says, as far as it tells jobs apart (OpenID Connect Core).
    struct Claims: Codable, Hashable {
        /// One audience, or several.
        struct Audience: Codable, Hashable {
            let names: [String]

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let name = try? container.decode(String.self) {
                    names = [name]
                } else {
                    names = try container.decode([String].self)
                }
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(names)
            }
        }

        let iss: String?
        let sub: String?
        let aud: Audience?
        /// Seconds since 1970.
        let exp: Double?
    }

    /// For people.
    let what: String
    /// What it comes from: a flag, a variable, a file; absent when there is nothing.
    let source: String?
    /// Of an ID token.
    let claims: Claims?
    /// What to do when there is nothing to show.
    let advice: String?

    init(_ flags: ConnectionFlags, server: ServerAddress?, job: DetectedJob, in surroundings: Surroundings) {
        if let (given, by) = flags.givenToken(in: surroundings) {
            let text: String? =
                switch given {
                case .text(let text): text
                case .file(let path): surroundings.file(path).map { String(decoding: $0, as: UTF8.self) }
                case .found: nil
                }
            let claims = text.flatMap { Self.claims(of: $0.filter { !$0.isWhitespace }) }
            let isMissing = text == nil
            self.init(
                what: isMissing ? "none" : claims.map(Self.describe) ?? "a token", source: by, claims: claims,
                advice: isMissing ? "\(by): the file with the token cannot be read." : nil)
            return
        }
        if surroundings.value("ACTIONS_ID_TOKEN_REQUEST_URL") != nil {
            let audience = surroundings.value("LARDER_TOKEN_AUDIENCE") ?? server?.description
            self.init(
                what: "an ID token of the job, for \(audience ?? "the server"), unless docker login keeps a login",
                source: "ACTIONS_ID_TOKEN_REQUEST_URL", claims: nil, advice: nil)
            return
        }
        self.init(
            what: "what docker login keeps for the server, else none", source: nil, claims: nil,
            advice: Self.advice(for: job, server: server))
    }

    private init(what: String, source: String?, claims: Claims?, advice: String?) {
        (self.what, self.source, self.claims, self.advice) = (what, source, claims, advice)
    }

    private static func advice(for job: DetectedJob, server: ServerAddress?) -> String? {
        let audience = server?.description ?? "URL"
        switch job.system?.value {
        case "GitHub Actions":
            return job.change?.origin == .own || job.change == nil
                ? "For an ID token of the job, give it 'permissions: id-token: write' (deploy/github)."
                : "GitHub gives no ID token to pull requests from forks; give such jobs a token that may only read."
        case "GitLab CI":
            return "For an ID token of the job, give it 'id_tokens: LARDER_ID_TOKEN: aud: \(audience)' (deploy/gitlab)."
        case "Jenkins": return "For a token from Jenkins' credentials, build within 'withLarder' (deploy/jenkins)."
        case "Kubernetes":
            return "For the service account's token, project one into the pod and set LARDER_TOKEN_FILE (deploy/helm)."
        default: return nil
        }
    }

    private static func describe(_ claims: Claims) -> String {
        var parts = ["an ID token"]
        if let issuer = claims.iss { parts.append("of \(issuer)") }
        if let subject = claims.sub { parts.append("about \(subject)") }
        if let audience = claims.aud { parts.append("for \(audience.names.joined(separator: ", "))") }
        return parts.joined(separator: " ")
    }

    /// The claims of a JSON Web Token; `nil` for other tokens.
    private static func claims(of token: String) -> Claims? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: String(text)).flatMap { data in
            try? JSONDocument.decode(Claims.self, from: [UInt8](data), subject: "the token")
        }
    }
}
