public import Chunking

/// The name of a blob or manifest by its content, in one of the algorithms that OCI registers (image-spec 1.1,
/// descriptor.md, "Registered algorithms").
public enum OCIDigest: Hashable, Sendable {
    /// `sha256:`, which nearly everything has.
    case sha256(Digest)
    /// `sha512:`
    case sha512(LongDigest)

    /// The algorithms.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// SHA-256.
        case sha256
        /// SHA-512.
        case sha512
    }

    /// Reads `sha256:` or `sha512:` and as many lower-case hexadecimal digits as it has; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else { return nil }
        switch algorithm {
        case .sha256:
            guard let digest = Digest(hex: parts[1]) else { return nil }
            self = .sha256(digest)
        case .sha512:
            guard let digest = LongDigest(hex: parts[1]) else { return nil }
            self = .sha512(digest)
        }
    }

    /// The digest of `bytes`. O(n).
    public init(_ algorithm: Algorithm, hashing bytes: [UInt8]) {
        switch algorithm {
        case .sha256: self = .sha256(Digest(hashing: bytes))
        case .sha512: self = .sha512(LongDigest(hashing: bytes))
        }
    }

    /// Which algorithm it is of.
    public var algorithm: Algorithm {
        switch self {
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}

extension OCIDigest {
    private static let sha256Tag: UInt8 = 1
    private static let sha512Tag: UInt8 = 2

    /// For keys and records: a byte for the algorithm, then the digest. No form is the beginning of another.
    public var tagged: [UInt8] {
        switch self {
        case .sha256(let digest): [Self.sha256Tag] + digest.rawBytes
        case .sha512(let digest): [Self.sha512Tag] + digest.rawBytes
        }
    }

    /// Reads ``tagged`` from the beginning of `bytes`; `nil` when they begin with none.
    public init?(tagged bytes: some Collection<UInt8>) {
        switch bytes.first {
        case Self.sha256Tag:
            let raw = Array(bytes.dropFirst().prefix(Digest.byteCount))
            guard let digest = unsafe Digest(rawBytes: raw.span.bytes) else { return nil }
            self = .sha256(digest)
        case Self.sha512Tag:
            guard let digest = LongDigest(rawBytes: bytes.dropFirst().prefix(LongDigest.byteCount)) else { return nil }
            self = .sha512(digest)
        default: return nil
        }
    }
}

extension OCIDigest: CustomStringConvertible {
    /// The OCI form.
    public var description: String {
        switch self {
        case .sha256(let digest): digest.description
        case .sha512(let digest): "sha512:" + digest.hex
        }
    }
}

extension OCIDigest: Codable {
    /// Reads the OCI form.
    /// - Throws: `dataCorrupted` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = OCIDigest(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a digest of a known algorithm")
        }
        self = digest
    }

    /// Writes the OCI form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
