internal import Crypto

/// Computes a ``Digest`` over bytes that arrive in parts.
public struct DigestHasher: Sendable {
    private var sha = SHA256()

    /// Begins with no bytes hashed.
    public init() {}

    /// Hashes the next bytes.
    public mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) }
    }

    /// The digest of all bytes so far; the hasher can go on.
    public func finalize() -> Digest {
        let digest = sha.finalize()
        let words = unsafe digest.withUnsafeBytes { unsafe Digest(rawBytes: $0.bytes) }
        // SHA-256 always yields 32 bytes, so the second branch is never taken.
        return words ?? Digest(hashing: [])
    }
}
