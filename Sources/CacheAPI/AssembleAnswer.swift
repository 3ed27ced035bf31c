public import Chunking

/// The image that was made.
public struct AssembleAnswer: Codable, Sendable {
    /// The digest of its manifest.
    public var digest: Digest
    /// The length of its manifest in bytes.
    public var size: Int
    /// The digest of its configuration: docker's image id.
    public var config: Digest

    /// Makes an answer.
    public init(digest: Digest, size: Int, config: Digest) {
        self.digest = digest
        self.size = size
        self.config = config
    }
}
