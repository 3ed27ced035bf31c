/// How the bytes of a frame are encoded.
public enum Codec: UInt8, Sendable, CaseIterable {
    /// As they are.
    case stored = 0
    /// One Zstandard frame (RFC 8878).
    case zstd = 1
    /// One LZ4 block.
    case lz4 = 2
    /// One Zstandard frame made with the bytes of other chunks, the frame's ``Frame/base``, as raw-content prefix.
    case zstdDelta = 3
}
