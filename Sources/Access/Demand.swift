public import CacheAPI
public import OCI

/// What a request needs, as far as its path and method tell. The scopes and tags that its body names are decided upon
/// besides (``AccessPolicy``).
public enum Demand: Hashable, Sendable {
    /// Nothing.
    case open
    /// To be known, or that all is open to everybody.
    case known
    /// Rights in any project at all.
    case anyProject(Rights)
    /// Rights in all projects.
    case everyProject(Rights)
    /// Rights in a project.
    case project(ProjectName, Rights)
    /// Rights in the project that owns a repository.
    case repository(RepositoryName, Rights)
    /// The right `admin` in all projects.
    case server
}
