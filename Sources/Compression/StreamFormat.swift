extension StreamDecoder {
    /// What a stream is compressed with.
    public enum Format: Sendable {
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// The format that bytes beginning like `prefix` (at least 4) are in; `nil` when neither. A skippable frame,
    /// which some programs begin a zstd stream with, counts as zstd.
    public static func format(of prefix: RawSpan) -> Format? {
        guard prefix.byteCount >= 4 else { return nil }
        let magic = unsafe UInt32(littleEndian: prefix.unsafeLoadUnaligned(as: UInt32.self))
        if magic & 0xffff == 0x8b1f { return .gzip }
        if magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50 { return .zstd }
        return nil
    }
}

/// How far one call of a streaming codec got.
struct StreamStep {
    let consumed: Int
    let produced: Int
    /// Whether a gzip member or zstd frame is complete and all of it is out.
    let isAtEnd: Bool

    /// The most bytes handed out at once.
    static let outputMaximum = 256 << 10
}
