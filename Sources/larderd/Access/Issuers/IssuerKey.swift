import Access
import FoundationEssentials
import JWTKit
import OCI

/// One key of an issuer, as its JSON Web Key Set has it (RFC 7517).
struct IssuerKey: Sendable {
    /// How tokens call it; `nil` when it has no name.
    let id: String?
    private let key: JWK

    /// Whether the key may be the one of a token.
    func fits(_ token: SignedToken) -> Bool {
        if let wanted = token.keyID, id != wanted { return false }
        // A key that says what it is for is for nothing else.
        if let algorithm = key.algorithm, algorithm.rawValue != token.algorithm.rawValue { return false }
        return true
    }

    /// Whether the signature of a token was made with it. What cannot be checked was not.
    func verifies(_ token: SignedToken) async -> Bool {
        var key = key
        let name = JWKIdentifier(string: id ?? "")
        key.keyIdentifier = name
        key.algorithm = JWK.Algorithm(rawValue: token.algorithm.rawValue)
        guard key.algorithm != nil, let keys = try? await JWTKeyCollection().add(jwk: key),
            let algorithm = try? await keys.getKey(for: name, alg: token.algorithm.rawValue),
            algorithm.name == token.algorithm.rawValue
        else { return false }
        return (try? algorithm.verify(token.signature, signs: token.signedBytes)) == true
    }
}

extension IssuerKey {
    /// The most bytes of a document of an issuer.
    static let documentBytesMaximum = 256 << 10
    /// The most keys of an issuer.
    static let countMaximum = 100

    /// The keys of a set that can verify signatures. Keys of other kinds are passed over.
    /// - Throws: ``IssuerFailure`` when it is none, or has no such key.
    static func keys(of document: [UInt8]) throws(IssuerFailure) -> [IssuerKey] {
        guard let set = try? JSONDocument.value(Document.self, in: document) else {
            throw IssuerFailure("its keys are not a JSON Web Key Set: {\"keys\": […]}")
        }
        let keys = set.keys.prefix(countMaximum).compactMap(\.key)
        guard !keys.isEmpty else {
            throw IssuerFailure("none of its keys can be used: they must be RSA, EC or Ed25519")
        }
        return keys
    }

    private struct Document: Decodable {
        let keys: [Entry]
    }

    private struct Entry: Decodable {
        enum CodingKeys: String, CodingKey {
            case use
            case privateExponent = "d"
        }

        let key: IssuerKey?

        init(from decoder: any Decoder) throws {
            guard let key = try? JWK(from: decoder), let container = try? decoder.container(keyedBy: CodingKeys.self),
                (try? container.decodeIfPresent(String.self, forKey: .use)) ?? "sig" == "sig",
                !container.contains(.privateExponent)
            else {
                self.key = nil
                return
            }
            self.key = IssuerKey(id: key.keyIdentifier?.string, key: key)
        }
    }
}
