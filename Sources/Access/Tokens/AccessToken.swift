public import Chunking

/// A token as whoever has it shows it: `larder_`, 8 characters that name it, 32 that nobody can guess (190 bits), and 6 that
/// check the rest, all of them letters and digits. So it is one word to a mouse, and programs that look for leaked secrets
/// know it by `larder_[0-9A-Za-z]{46}` and its checksum.
///
/// The checksum is the CRC-32 of what comes before it (ISO 3309, as in zip), in base 62 with `0-9A-Za-z`.
public struct AccessToken: Hashable, Sendable {
    /// What all tokens begin with.
    public static let prefix = "larder_"

    private static let idLength = 8
    private static let secretLength = 32
    private static let checksumLength = 6
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The whole token. Secret.
    public let secretText: String
    /// What names it. No secret.
    public let id: String

    /// Makes a new one.
    /// - Parameter random: it must not be predictable.
    public init(using random: inout some RandomNumberGenerator) {
        let characters = (0..<Self.idLength + Self.secretLength).map { _ in
            Self.alphabet[Int.random(in: Self.alphabet.indices, using: &random)]
        }
        let body = Array(Self.prefix.utf8) + characters
        id = String(decoding: characters.prefix(Self.idLength), as: UTF8.self)
        secretText = String(decoding: body + Self.checksum(of: body[...]), as: UTF8.self)
    }

    /// Reads a token; `nil` for what is none, or was mistyped.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let prefix = Array(Self.prefix.utf8)
        guard bytes.count == prefix.count + Self.idLength + Self.secretLength + Self.checksumLength,
            bytes.starts(with: prefix), bytes.dropFirst(prefix.count).allSatisfy(Self.alphabet.contains)
        else { return nil }
        let body = bytes.dropLast(Self.checksumLength)
        guard bytes.suffix(Self.checksumLength).elementsEqual(Self.checksum(of: body)) else { return nil }
        id = String(decoding: bytes[prefix.count..<prefix.count + Self.idLength], as: UTF8.self)
        secretText = String(text)
    }

    /// What is kept of it. What cannot be guessed needs no slow hash.
    public var hash: Digest { Digest(hashing: Array(secretText.utf8)) }

    private static func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
        }
        remainder = ~remainder
        var digits: [UInt8] = []
        for _ in 0..<checksumLength {
            digits.append(alphabet[Int(remainder % 62)])
            remainder /= 62
        }
        return digits.reversed()
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The prefix and the id: no secret.
    public var description: String { Self.prefix + id + "…" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the id.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
