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

    /// Reads a token; `nil` for what is none. Whether it was mistyped is another question (``isIntact``), which matters only for
    /// one that is not known.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let length = Self.prefix.utf8.count
        guard bytes.count == length + Self.idLength + Self.secretLength + Self.checksumLength,
            bytes.starts(with: Self.prefix.utf8), bytes.dropFirst(length).allSatisfy(Self.isDigit)
        else { return nil }
        id = String(decoding: bytes[length..<length + Self.idLength], as: UTF8.self)
        secretText = String(text)
    }

    /// Whether the checksum is that of the rest.
    public var isIntact: Bool {
        let bytes = Array(secretText.utf8)
        return bytes.suffix(Self.checksumLength).elementsEqual(Self.checksum(of: bytes.dropLast(Self.checksumLength)))
    }

    /// What is kept of it. What cannot be guessed needs no slow hash.
    public var hash: Digest { Digest(hashing: Array(secretText.utf8)) }

    /// Whether `byte` is one of the alphabet's.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

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
