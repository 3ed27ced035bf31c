public import Dockerfile

/// Where a build context comes from that is no directory of this machine.
public enum ContextOrigin: Hashable, Sendable {
    /// A commit of a Git repository.
    case repository(GitReference)
    /// An archive, or a Dockerfile alone, that is fetched.
    case download(RemoteFile)
    /// An archive, or a Dockerfile alone, on standard input.
    case standardInput

    /// What it is, for people.
    public var description: String {
        switch self {
        case .repository(let repository): repository.description
        case .download(let file): file.description
        case .standardInput: "standard input"
        }
    }
}
