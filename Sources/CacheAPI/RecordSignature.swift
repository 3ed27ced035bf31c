public import Chunking

/// Proof that whoever has a key stands for a record (``RecordStatement``). In JSON one text: hexadecimal digits of the public
/// key, then of the signature.
public struct RecordSignature: Hashable, Sendable {
    /// How long both are together. Bytes.
    public static let byteCount = VerifyingKey.byteCount + VerifyingKey.signatureByteCount

    /// The key that it was made with.
    public let key: VerifyingKey
    /// The signature itself.
    public let signature: [UInt8]

    /// Signs a statement; `nil` when there is no randomness to be had.
    public init?(_ statement: RecordStatement, with key: SigningKey) {
        guard let signature = key.signature(of: statement.digest), let verifying = key.verifyingKey else { return nil }
        self.key = verifying
        self.signature = signature
    }

    /// Takes a key and what it signed; `nil` when `rawBytes` are not so.
    public init?(rawBytes: [UInt8]) {
        guard rawBytes.count == Self.byteCount,
            let key = VerifyingKey(rawBytes: Array(rawBytes.prefix(VerifyingKey.byteCount)))
        else { return nil }
        self.key = key
        signature = Array(rawBytes.suffix(VerifyingKey.signatureByteCount))
    }

    /// Key and signature.
    public var rawBytes: [UInt8] { key.rawBytes + signature }

    /// Whether the key stands for `statement`.
    public func holds(for statement: RecordStatement) -> Bool { key.isSignature(signature, of: statement.digest) }
}

extension RecordSignature: Codable {
    /// Reads hexadecimal digits.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let digits = Array(try container.decode(String.self).utf8)
        var bytes: [UInt8] = []
        if digits.count == 2 * Self.byteCount {
            for index in stride(from: 0, to: digits.count, by: 2) {
                let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
                if let byte = UInt8(pair, radix: 16) { bytes.append(byte) }
            }
        }
        guard let signature = RecordSignature(rawBytes: bytes) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is not a key with a signature")
        }
        self = signature
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        let digits = rawBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
