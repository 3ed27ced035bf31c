public import Chunking

/// An image's configuration (OCI image-spec 1.1, config.md, with docker's additional fields).
///
/// Written by ``JSONDocument/encode(_:)`` it is compact and has sorted keys, so equal configurations have equal digests.
public struct ImageConfiguration: Codable, Hashable, Sendable {
    /// The layers of the root filesystem.
    public struct RootFilesystem: Codable, Hashable, Sendable {
        /// `layers`.
        public var type: String
        /// The digests of the uncompressed layers from the bottom.
        public var diffIDs: [Digest]

        private enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }

        /// Makes a root filesystem of layers.
        public init(diffIDs: [Digest]) {
            type = "layers"
            self.diffIDs = diffIDs
        }
    }

    /// When the image was made, RFC 3339 (see ``Timestamp``).
    public var created: String?
    /// Who made it.
    public var author: String?
    /// The architecture, as Go calls it.
    public var architecture: String
    /// The variant of the architecture.
    public var variant: String?
    /// The operating system, as Go calls it.
    public var os: String
    /// The version of the operating system; only Windows images have one.
    public var osVersion: String?
    /// Features that the operating system must have; only Windows images have some.
    public var osFeatures: [String]?
    /// How containers of it run; `nil` when the document has none.
    public var config: ContainerSettings?
    /// The layers.
    public var rootfs: RootFilesystem
    /// How each layer was made; may be shorter than what was done.
    public var history: [History]?

    private enum CodingKeys: String, CodingKey {
        case created, author, architecture, variant, os, config, rootfs, history
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    /// Makes a configuration for `platform`.
    public init(
        platform: Platform, config: ContainerSettings? = nil, diffIDs: [Digest] = [], history: [History]? = nil,
        created: String? = nil
    ) {
        self.created = created
        architecture = platform.architecture
        variant = platform.variant.isEmpty ? nil : platform.variant
        os = platform.os
        osVersion = platform.osVersion
        osFeatures = platform.osFeatures
        self.config = config
        rootfs = RootFilesystem(diffIDs: diffIDs)
        self.history = history
    }

    /// What the image runs on, in its usual spelling.
    public var platform: Platform {
        Platform(os: os, architecture: architecture, variant: variant ?? "")
    }
}
