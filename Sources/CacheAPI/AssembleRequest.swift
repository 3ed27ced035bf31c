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
