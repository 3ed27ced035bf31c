public import Chunking

/// Asks for base images by name (`POST …/resolve`). The server pulls what it lacks from the name's registry.
public struct ResolveQuery: Codable, Sendable {
    /// One image.
    public struct Image: Codable, Sendable, Hashable {
        /// As in the Dockerfile.
        public var name: String
        /// `os/arch[/variant]`.
        public var platform: String

        /// Makes a request.
        public init(name: String, platform: String) {
            self.name = name
            self.platform = platform
        }
    }

    /// The most images in one query.
    public static let imagesMaximum = 64

    /// The images.
    public var images: [Image]
    /// Whether tags of other registries are asked for again (`--pull`).
    public var refresh: Bool

    /// Makes a query.
    public init(images: [Image], refresh: Bool) {
        self.images = images
        self.refresh = refresh
    }
}

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

/// Asks the server to make an image of layers it has and to tag it (`POST …/images`).
public struct AssembleRequest: Codable, Sendable {
    /// Names to give the image: `repository:tag`, without a host.
    public var names: [String]
    /// The image configuration, an OCI JSON document as text; its `rootfs.diff_ids` are the layers.
    public var config: String

    /// Makes a request.
    public init(names: [String], config: String) {
        self.names = names
        self.config = config
    }
}

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
