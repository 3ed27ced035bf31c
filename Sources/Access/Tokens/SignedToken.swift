/// A JSON Web Token (RFC 7519) in its compact form, taken apart. Nothing of it is proven.
public struct SignedToken: Sendable {
    /// The longest that is looked at. Bytes.
    public static let byteCountMaximum = 16 << 10

    /// How it says it is signed.
    public let algorithm: SignatureAlgorithm
    /// Which key it says it is signed with; `nil` when it says nothing.
    public let keyID: String?
    /// What it claims.
    public let claims: ClaimSet
    /// What is signed.
    public let signedBytes: [UInt8]
    /// The signature.
    public let signature: [UInt8]

    /// Whether `text` is made like a token. It may still be none.
    public static func looksLike(_ text: String) -> Bool {
        // A header is an object, whose first two characters are these in base64.
        text.hasPrefix("eyJ") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    /// Takes `text` apart. O(bytes).
    /// - Throws: `invalidToken`.
    public init(_ text: String) throws(AccessError) {
        guard text.utf8.count <= Self.byteCountMaximum else {
            throw AccessError(.invalidToken, "the token has more than \(Self.byteCountMaximum) bytes")
        }
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decoded(parts[0]),
            let claimBytes = Base64URL.decoded(parts[1]), let signature = Base64URL.decoded(parts[2])
        else {
            throw AccessError(.invalidToken, "the token is not three parts of base64 with a '.' between them")
        }
        let header = try Self.object(headerBytes, "header")
        algorithm = try Self.algorithm(header)
        // A header that must be understood, and is not (RFC 7515, 4.1.11).
        guard header["crit"] == nil else {
            throw AccessError(.invalidToken, "the token's header has critical parts, which are not understood")
        }
        if let kid = header["kid"] {
            guard let text = kid.text else {
                throw AccessError(.invalidToken, "the token's key ID is \(kid.kind), and not a text")
            }
            keyID = text
        } else {
            keyID = nil
        }
        claims = ClaimSet(try Self.object(claimBytes, "claims"))
        signedBytes = Array(parts[0] + [UInt8(ascii: ".")] + parts[1])
        self.signature = signature
    }

    private static func object(_ bytes: [UInt8], _ subject: String) throws(AccessError) -> JSONNode {
        do throws(AccessError) {
            let node = try JSONNode(parsing: bytes)
            guard case .object = node.value else { throw AccessError(.invalidToken, "it is \(node.kind)") }
            return node
        } catch {
            throw AccessError(.invalidToken, "the token's \(subject) cannot be read: \(error.message)")
        }
    }

    private static func algorithm(_ header: JSONNode) throws(AccessError) -> SignatureAlgorithm {
        guard let name = header["alg"]?.text else {
            throw AccessError(.invalidToken, "the token does not say how it is signed")
        }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            let shown = name.prefix(20).filter { $0.isLetter || $0.isNumber }
            throw AccessError(
                .invalidToken, "the token is signed with '\(shown)', which is not taken: anybody could have made it")
        }
        return algorithm
    }
}
