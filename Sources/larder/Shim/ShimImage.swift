import CacheAPI
import OCI

/// An image that the stand-in for docker built: it is on the server, and not yet among docker's own images.
struct ShimImage: Codable, Hashable, Sendable {
    /// Its name, as ``DockerName`` writes it.
    var name: String
    /// Its name as the user wrote it.
    var given: String
    /// `repository@digest` on the server.
    var image: String
    /// Its id: the digest of its configuration.
    var id: String
    /// The address of the server.
    var server: String
    var project: String
}

/// The names that docker has for images, which it writes in many ways.
enum DockerName {
    /// The one form of a name that all its spellings share; `nil` when `text` is no name.
    static func canonical(_ text: String) -> String? { reference(text).map(\.description) }

    /// The name with docker's own registry where it has none; `nil` when `text` is no name.
    static func reference(_ text: String) -> ImageReference? {
        guard var name = try? ImageReference(text) else { return nil }
        name.host = name.host ?? .dockerHub
        return name.canonical
    }
}
