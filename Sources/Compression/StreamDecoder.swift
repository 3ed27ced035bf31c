/// Decompresses a gzip or zstd stream that arrives in parts, with concatenated members and frames.
public struct StreamDecoder: ~Copyable {
    /// What a stream is compressed with.
    public enum Format: Sendable {
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// The format that bytes beginning like `prefix` (at least 4) are in; `nil` when neither.
    public static func format(of prefix: RawSpan) -> Format? { nil }

    /// - Parameter limit: more output than this is refused as `tooLarge` (no bombs).
    public init(_ format: Format, limit: UInt64 = .max) throws(CompressionError) {}

    /// Takes the next compressed bytes; output goes to `onOutput` in parts of at most 256 KiB.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {}

    /// Call at the end of the bytes.
    /// - Throws: `corrupt` when the stream is not complete.
    public mutating func finish() throws(CompressionError) {}
}
