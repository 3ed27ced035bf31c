internal import Crypto

/// Computes a ``LongDigest`` over bytes that arrive in parts.
public struct LongDigestHasher: Sendable {
    private var sha = SHA512()

    /// Begins with no bytes hashed.
    public init() {}

    /// Hashes the next bytes.
    public mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) }
    }

    /// The digest of all bytes so far; the hasher can go on.
    public func finalize() -> LongDigest {
        // SHA-512 always yields 64 bytes, so the second branch is never taken.
        LongDigest(rawBytes: Array(sha.finalize())) ?? LongDigest(hashing: [])
    }
}
