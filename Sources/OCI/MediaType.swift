/// The media types of images (OCI image-spec 1.1, media-types.md; docker's of "Image Manifest Version 2, Schema 2").
public enum MediaType {
    /// An OCI image manifest.
    public static let manifest = "application/vnd.oci.image.manifest.v1+json"
    /// An OCI image index.
    public static let index = "application/vnd.oci.image.index.v1+json"
    /// An OCI image configuration.
    public static let configuration = "application/vnd.oci.image.config.v1+json"
    /// An uncompressed layer.
    public static let layer = "application/vnd.oci.image.layer.v1.tar"
    /// A layer compressed with gzip.
    public static let layerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    /// A layer compressed with zstd.
    public static let layerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
    /// Docker's image manifest.
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// Docker's manifest list.
    public static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// Docker's image configuration.
    public static let dockerConfiguration = "application/vnd.docker.container.image.v1+json"
    /// Docker's layer, uncompressed.
    public static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
    /// Docker's layer, compressed with gzip.
    public static let dockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    /// The configuration of a cache of BuildKit.
    public static let buildCache = "application/vnd.buildkit.cacheconfig.v0"
    /// `{}`: what stands where a configuration must, in manifests that are no images.
    public static let empty = "application/vnd.oci.empty.v1+json"
    /// Any bytes.
    public static let octetStream = "application/octet-stream"

    /// Whether documents of the type are image manifests.
    public static func isManifest(_ type: String) -> Bool { type == manifest || type == dockerManifest }

    /// Whether documents of the type are lists of manifests.
    public static func isIndex(_ type: String) -> Bool { type == index || type == dockerManifestList }

    /// All types of manifests and lists of them, for an `Accept` header.
    public static let manifestsAndIndexes = [manifest, index, dockerManifest, dockerManifestList]

    /// The type without parameters: what is before a `;`, in lower case.
    public static func essence(of header: String) -> String {
        header.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}
