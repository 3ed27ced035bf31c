/// A SHA-512 digest (FIPS 180-4). Only other tools' names of content have it; what this project names has a ``Digest``.
public struct LongDigest: Hashable, Sendable {
    /// The length of a digest in bytes.
    public static let byteCount = 64

    /// The 64 bytes of the digest.
    public let rawBytes: [UInt8]

    /// Hashes `bytes`. O(n).
    public init(hashing bytes: [UInt8]) {
        var hasher = LongDigestHasher()
        unsafe hasher.update(bytes.span.bytes)
        self = hasher.finalize()
    }

    /// Takes 64 bytes; `nil` for any other number.
    public init?(rawBytes: some Collection<UInt8>) {
        guard rawBytes.count == Self.byteCount else { return nil }
        self.rawBytes = Array(rawBytes)
    }

    /// Reads 128 lower-case hexadecimal digits; `nil` for anything else.
    public init?(hex: some StringProtocol) {
        let digits = Array(hex.utf8)
        guard digits.count == Self.byteCount * 2,
            let first = Digest(hex: String(decoding: digits[..<64], as: UTF8.self)),
            let second = Digest(hex: String(decoding: digits[64...], as: UTF8.self))
        else { return nil }
        rawBytes = first.rawBytes + second.rawBytes
    }

    /// 128 lower-case hexadecimal digits.
    public var hex: String {
        rawBytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
