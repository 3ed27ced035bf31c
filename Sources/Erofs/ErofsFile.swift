/// Where a regular file is in an image.
public struct ErofsFile: Sendable {
    /// Where its inode begins. Bytes.
    let inode: UInt64
}
