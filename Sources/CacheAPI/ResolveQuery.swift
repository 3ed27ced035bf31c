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
