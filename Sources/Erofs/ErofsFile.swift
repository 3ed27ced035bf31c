/// Where a regular file is in an image.
public struct ErofsFile: Sendable {
    /// Where its inode begins. Bytes.
    let inode: UInt64
    /// Where its bytes begin that are in blocks.
    public let start: UInt64
    /// How many bytes are in blocks.
    public let blockByteCount: UInt64
    /// Where the bytes behind those begin, if there are any.
    public let tailStart: UInt64
}
