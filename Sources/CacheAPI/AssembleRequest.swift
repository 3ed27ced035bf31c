/// Asks the server to make an image of layers it has and to tag it (`POST …/images`).
public struct AssembleRequest: Codable, Sendable {
    /// The image for one platform.
    public struct Image: Codable, Sendable {
        /// The image configuration, an OCI JSON document as text; its `rootfs.diff_ids` are the layers.
        public var config: String
        /// `os/arch[/variant]` that an index is to name; `nil` for what the configuration says.
        public var platform: String?

        /// Makes an image.
        public init(config: String, platform: String? = nil) {
            self.config = config
            self.platform = platform
        }
    }

    /// Names to give the image: `repository:tag`, without a host.
    public var names: [String]
    /// One image, or one for each platform: the names are for an index of them then.
    public var images: [Image]

    /// The most images of an index.
    public static let imagesMaximum = 64

    /// Makes a request.
    public init(names: [String], images: [Image]) {
        self.names = names
        self.images = images
    }

    /// Makes a request for one image.
    public init(names: [String], config: String) {
        self.init(names: names, images: [Image(config: config)])
    }
}
