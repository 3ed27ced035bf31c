internal import Chunking

/// How much of a blob other blobs of its project have, too.
public struct BlobShare: Sendable, Hashable {
    /// Of the distinct chunks that it consists of, uncompressed. Bytes.
    public var bytes: UInt64 = 0
    /// Of those of them that other blobs name, too. Bytes.
    public var shared: UInt64 = 0
}
