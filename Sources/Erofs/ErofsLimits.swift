internal import Chunking

/// What ``ErofsWriter`` can put into an image. Whoever makes a tree keeps within it.
public enum ErofsLimits {
    /// The longest name in a directory (`EROFS_NAME_LEN`). Bytes.
    public static let nameBytesMaximum = 255
    /// The longest text of a symbolic link (`PATH_MAX` with its NUL). Bytes.
    public static let linkBytesMaximum = 4095
    /// The most bytes that the extended attributes of one file take in an image. The format allows more; so they stand
    /// in one block with their inode, that of the root directory too.
    public static let attributeBytesMaximum = 2048
    /// The highest numbers of devices.
    public static let deviceMaximum = (major: UInt32(0xFFF), minor: UInt32(0xF_FFFF))

    /// Whether an image can have attributes of these names and lengths.
    public static func hold(_ attributes: ErofsAttributes) -> Bool {
        guard attributes.xattrs.allSatisfy({ AttributeBlock.prefix(of: $0.name) != nil }) else { return false }
        return AttributeBlock.byteCount(of: attributes.xattrs) <= attributeBytesMaximum
    }
}
