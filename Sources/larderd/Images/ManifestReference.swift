import OCI

/// How a manifest of a repository is named.
enum ManifestReference: Hashable, Sendable, CustomStringConvertible {
    /// By what points at it now.
    case tag(TagName)
    /// By its content.
    case digest(OCIDigest)

    var description: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }
}

extension ManifestReference {
    /// What the name of an image means: its digest if it has one, else its tag.
    init(_ name: ImageReference) {
        self = name.digest.map { .digest(.sha256($0)) } ?? .tag(name.tag ?? .latest)
    }
}
