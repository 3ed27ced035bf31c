public import Chunking

/// The image that was made.
public struct AssembleAnswer: Codable, Sendable {
    /// The image for one platform.
    public struct Image: Codable, Sendable {
        /// The digest of its manifest.
        public var digest: Digest
        /// The length of its manifest in bytes.
        public var size: Int
        /// The digest of its configuration: docker's image id.
        public var config: Digest

        /// Makes an image.
        public init(digest: Digest, size: Int, config: Digest) {
            self.digest = digest
            self.size = size
            self.config = config
        }
    }

    /// The digest of what the names stand for: the manifest of the one image, or the index of several.
    public var digest: Digest
    /// The length of that in bytes.
    public var size: Int
    /// The images, in the order they were asked for.
    public var images: [Image]

    /// Makes an answer.
    public init(digest: Digest, size: Int, images: [Image]) {
        self.digest = digest
        self.size = size
        self.images = images
    }

    /// Makes the answer that is one image.
    public init(digest: Digest, size: Int, config: Digest) {
        self.init(digest: digest, size: size, images: [Image(digest: digest, size: size, config: config)])
    }
}
