internal import Crypto

extension Digest {
    /// The HMAC-SHA-256 of `bytes` (RFC 2104), which only whoever has `key` can make. O(n).
    public init(authenticating bytes: [UInt8], with key: [UInt8]) {
        let code = HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: key))
        var hex = ""
        for byte in code { hex += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        // 32 bytes always are a digest, so the second branch is never taken.
        self = Digest(hex: hex) ?? Digest(hashing: [])
    }
}
