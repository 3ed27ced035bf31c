public import CacheAPI
internal import OCI

/// What somebody may do in some projects.
public struct Grant: Hashable, Sendable {
    /// Which tags may be written.
    public enum Tags: Hashable, Sendable {
        /// Those that go with the scopes that are written: any for the default scope; for another one those that carry
        /// its name, and all in repositories that are for its caches alone.
        case ofScopes
        /// Those that one of the patterns fits.
        case matching([TagPattern])
    }

    /// In which projects.
    public var projects: NamePattern
    /// What.
    public var rights: Rights
    /// The scopes that are written, and read.
    public var scopes: [NamePattern]
    /// The scopes that are read besides, as the one that a change is to be merged into. The default scope always is.
    public var readScopes: [NamePattern]
    /// The tags that are written.
    public var tags: Tags

    /// Everything, everywhere.
    public static let everything = Grant(projects: .anything, rights: .admin)
    /// Reading everything, everywhere.
    public static let readingEverything = Grant(projects: .anything, rights: .read, readScopes: [.anything])

    /// Makes a grant.
    public init(
        projects: NamePattern, rights: Rights, scopes: [NamePattern] = [], readScopes: [NamePattern] = [],
        tags: Tags = .ofScopes
    ) {
        self.projects = projects
        self.rights = rights
        self.scopes = scopes
        self.readScopes = readScopes
        self.tags = tags
    }

    /// Whether it is about `project`.
    public func applies(to project: ProjectName) -> Bool { projects.matches(project.description) }

    /// Whether what is recorded in `scope` is found with it.
    func reads(_ scope: ScopeName, default standard: ScopeName) -> Bool {
        guard rights.contains(.read) else { return false }
        return rights.contains(.admin) || scope == standard
            || (scopes + readScopes).contains { $0.matches(scope.description) }
    }

    /// Whether `scope` may be recorded in with it.
    func writes(_ scope: ScopeName) -> Bool {
        guard rights.contains(.write) else { return false }
        return rights.contains(.admin) || scopes.contains { $0.matches(scope.description) }
    }

    /// For which scope, as text, it holds for a tag of a repository, whatever the right; `nil` when it does not.
    func scope(covering tag: TagName, in repository: RepositoryName, default standard: ScopeName) -> String? {
        if rights.contains(.admin) { return standard.description }
        switch tags {
        case .matching(let patterns):
            let fits = patterns.contains { $0.matches(tag.description.utf8, in: repository.description.utf8) }
            return fits ? scopes.map(\.description).sorted().joined(separator: ",") : nil
        case .ofScopes:
            // A pattern that fits many names is none that a tag could carry.
            let own = scopes.compactMap(\.only).compactMap { ScopeName($0) }.first { scope in
                let slug = TagSlug(scope, default: standard)
                return scope != standard && (slug.owns(repository) || slug.isCarried(by: tag))
            }
            if let own { return own.description }
            return scopes.contains { $0.matches(standard.description) } ? standard.description : nil
        }
    }
}
