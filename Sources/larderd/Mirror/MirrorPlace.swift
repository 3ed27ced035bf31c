import OCI

/// A repository of another registry that is served from here.
struct MirrorPlace: Hashable, Sendable, CustomStringConvertible {
    let host: RegistryHost
    let repository: RepositoryName

    var description: String { "\(host)/\(repository)" }
}
