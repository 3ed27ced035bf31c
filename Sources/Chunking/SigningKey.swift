internal import Crypto

/// A key to sign digests with (Ed25519, RFC 8032).
public struct SigningKey: Sendable {
    /// The secret, 32 bytes.
    public let rawBytes: [UInt8]

    /// Draws a key.
    public init() {
        rawBytes = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
    }

    /// Takes a key; `nil` when `rawBytes` are none.
    public init?(rawBytes: [UInt8]) {
        guard (try? Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes)) != nil else { return nil }
        self.rawBytes = rawBytes
    }

    /// Its public half; `nil` never in practice.
    public var verifyingKey: VerifyingKey? {
        let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes)
        return key.flatMap { VerifyingKey(rawBytes: Array($0.publicKey.rawRepresentation)) }
    }

    /// The signature of `digest`; `nil` when there is no randomness to be had.
    public func signature(of digest: Digest) -> [UInt8]? {
        let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes)
        return (try? key?.signature(for: digest.rawBytes)).map { Array($0) }
    }
}
