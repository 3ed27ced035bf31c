public import Chunking

/// Base images as a build needs them, in the order of the query.
public struct ResolveAnswer: Codable, Sendable {
    /// One image. Its layers belong to the asking project from now on.
    public struct Image: Codable, Sendable {
        /// The digest of the manifest for the platform.
        public var digest: Digest
        /// The image configuration, an OCI JSON document as text.
        public var config: String
        /// The diffIDs from the bottom.
        public var chain: [Digest]

        /// Makes an image.
        public init(digest: Digest, config: String, chain: [Digest]) {
            self.digest = digest
            self.config = config
            self.chain = chain
        }
    }

    /// The images.
    public var images: [Image]

    /// Makes an answer.
    public init(images: [Image]) {
        self.images = images
    }
}
