internal import Crypto

/// The public half of a ``SigningKey``: tells whether something was signed with it (Ed25519, RFC 8032).
public struct VerifyingKey: Hashable, Sendable {
    /// How long a key is. Bytes.
    public static let byteCount = 32
    /// How long a signature is. Bytes.
    public static let signatureByteCount = 64

    /// The key as RFC 8032 encodes it.
    public let rawBytes: [UInt8]

    /// Takes a key; `nil` when `rawBytes` are none.
    public init?(rawBytes: [UInt8]) {
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: rawBytes)) != nil else { return nil }
        self.rawBytes = rawBytes
    }

    /// Whether `signature` is one of `digest` by this key.
    public func isSignature(_ signature: [UInt8], of digest: Digest) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: rawBytes) else { return false }
        return key.isValidSignature(signature, for: digest.rawBytes)
    }
}
