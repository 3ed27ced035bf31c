import Chunking
import OCI

/// How a manifest of a repository is named.
enum ManifestReference: Hashable, Sendable, CustomStringConvertible {
    /// By what points at it now.
    case tag(TagName)
    /// By its content.
    case digest(Digest)

    var description: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }
}
