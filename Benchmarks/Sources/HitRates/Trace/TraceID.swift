public import Chunking

/// Stands for a text, some bytes or a key in a trace: the first eight bytes of a SHA-256. Sixteen hexadecimal digits in JSON.
public struct TraceID: Hashable, Sendable, Comparable {
    /// The bytes, the first one in front.
    public let value: UInt64

    /// Makes an id of a number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// That of something with a digest.
    public init(_ digest: Digest) {
        value = digest.rawBytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// That of a text.
    public init(hashing text: String) {
        self.init(Digest(hashing: Array(text.utf8)))
    }

    /// That of several ids in order, and of what they mean together.
    public init(_ domain: String, _ parts: [TraceID]) {
        var bytes = Array(domain.utf8) + [0]
        for part in parts {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: part.value >> UInt64(shift)))
            }
        }
        self.init(Digest(hashing: bytes))
    }

    /// By their numbers, so that traces come out the same.
    public static func < (left: TraceID, right: TraceID) -> Bool { left.value < right.value }
}

extension TraceID: Codable {
    /// Reads sixteen hexadecimal digits.
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not an id of 16 hexadecimal digits")
        }
        self.value = value
    }

    /// Writes sixteen hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let digits = String(value, radix: 16)
        try container.encode(String(repeating: "0", count: 16 - digits.count) + digits)
    }
}
