/// How the tar of a layer is compressed (OCI image-spec 1.1, layer.md).
public enum LayerFormat: String, Sendable, CaseIterable {
    /// The tar as it is.
    case uncompressed
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd

    /// What a descriptor's media type says; `nil` when it is that of no layer that everybody may have.
    public init?(mediaType: String) {
        switch mediaType {
        case MediaType.layer, MediaType.dockerLayer: self = .uncompressed
        case MediaType.layerGzip, MediaType.dockerLayerGzip: self = .gzip
        case MediaType.layerZstd: self = .zstd
        default: return nil
        }
    }

    /// The media type of such a layer.
    public var mediaType: String {
        switch self {
        case .uncompressed: MediaType.layer
        case .gzip: MediaType.layerGzip
        case .zstd: MediaType.layerZstd
        }
    }
}
