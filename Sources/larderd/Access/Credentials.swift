import FoundationEssentials

/// What a request shows to say who asks. Its descriptions keep the secret out of messages and logs.
struct Credentials: Sendable {
    /// What the `Authorization` header says.
    enum Proof: Hashable, Sendable {
        /// There is none.
        case none
        /// `Basic`, RFC 7617: a password, or a token in its place.
        case basic(user: String, password: String)
        /// `Bearer`, RFC 6750.
        case bearer(String)
        /// It cannot be read.
        case unreadable
    }

    /// What the `Authorization` header says.
    let proof: Proof
    /// The certificate that the client has shown and proved to have the key of; `nil` for none.
    let certificate: ClientCertificate?

    /// The longest header that is read. Bytes.
    static let headerMaximum = 16 << 10

    /// - Parameter authorization: the header's value.
    init(authorization: String?, certificate: ClientCertificate? = nil) {
        proof = authorization.map(Self.read) ?? .none
        self.certificate = certificate
    }

    private static func read(_ header: String) -> Proof {
        guard header.utf8.count <= headerMaximum, let space = header.firstIndex(of: " ") else { return .unreadable }
        let value = header[header.index(after: space)...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "bearer" where !value.isEmpty: return .bearer(String(value))
        case "basic":
            guard let data = Data(base64Encoded: String(value)), let plain = String(validating: data, as: UTF8.self),
                let colon = plain.firstIndex(of: ":")
            else { return .unreadable }
            return .basic(user: String(plain[..<colon]), password: String(plain[plain.index(after: colon)...]))
        default: return .unreadable
        }
    }
}

extension Credentials: CustomStringConvertible, CustomReflectable {
    /// The scheme.
    var description: String {
        switch proof {
        case .none: certificate == nil ? "nothing" : "a certificate"
        case .basic: "a password"
        case .bearer: "a token"
        case .unreadable: "an unreadable header"
        }
    }

    var customMirror: Mirror { Mirror(self, children: []) }
}
