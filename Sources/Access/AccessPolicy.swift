public import CacheAPI
public import OCI

/// Decides who may do what. Pure: an identity's grants and what is demanded go in, and nothing of what is stored, so an
/// answer cannot depend on that.
public struct AccessPolicy: Hashable, Sendable {
    /// The scope that everybody reads who reads a project, and whose writers write any tag.
    public var defaultScope: ScopeName

    /// Makes a policy.
    public init(defaultScope: ScopeName = .main) {
        self.defaultScope = defaultScope
    }

    /// Whether `identity` may do what needs `demand`.
    public func decide(_ demand: Demand, for identity: Identity) -> AccessDecision {
        let decision = decideByGrants(demand, for: identity)
        guard decision.isAllowed, identity.use != nil else { return decision }
        // Who asks for a token for more gets it: the refusal says who to ask.
        switch demand {
        case .open, .known, .anyProject(.read): return .allowed
        case .repository(let repository, let rights):
            return identity.isUsed(for: rights, in: repository) ? .allowed : .unauthenticated
        case .anyProject, .everyProject, .project, .server: return .unauthenticated
        }
    }

    private func decideByGrants(_ demand: Demand, for identity: Identity) -> AccessDecision {
        switch demand {
        case .open: return .allowed
        case .known:
            let isKnown = identity.kind != .anonymous || identity.grants.contains { $0.rights.contains(.admin) }
            return isKnown ? .allowed : .unauthenticated
        case .anyProject(let rights):
            if identity.grants.contains(where: { $0.rights.contains(rights) }) { return .allowed }
            return refusal(identity, "\(identity) has no right to \(rights) in any project.")
        case .everyProject(let rights):
            if identity.grants.contains(where: { $0.projects == .anything && $0.rights.contains(rights) }) {
                return .allowed
            }
            return refusal(identity, "\(identity) lacks the right '\(rights)' in all projects ('*').")
        case .project(let project, let rights): return decide(rights, in: project, for: identity)
        case .repository(let repository, let rights):
            guard let project = ProjectName(owning: repository.description) else { return absence(identity) }
            return decide(rights, in: project, for: identity)
        case .server:
            if identity.grants.contains(where: { $0.projects == .anything && $0.rights.contains(.admin) }) {
                return .allowed
            }
            return refusal(
                identity, "\(identity) is no admin of the whole server: it lacks the right 'admin' in all projects.")
        }
    }

    /// What `identity` may do in `project`.
    public func rights(in project: ProjectName, of identity: Identity) -> Rights {
        identity.grants.reduce(into: []) { if $1.applies(to: project) { $0.formUnion($1.rights) } }
    }

    // MARK: Scopes

    /// Whether `identity` finds what is recorded in `scope` of `project`.
    public func reads(_ scope: ScopeName, in project: ProjectName, _ identity: Identity) -> Bool {
        identity.grants.contains { $0.applies(to: project) && $0.reads(scope, default: defaultScope) }
    }

    /// Whether `identity` may record in `scope` of `project`.
    public func decide(
        writing scope: ScopeName, in project: ProjectName, for identity: Identity
    ) -> AccessDecision {
        let decision = decide(.write, in: project, for: identity)
        guard decision.isAllowed else { return decision }
        let grants = identity.grants.filter { $0.applies(to: project) }
        if grants.contains(where: { $0.writes(scope) }) { return .allowed }
        let own = Set(grants.filter { $0.rights.contains(.write) }.flatMap(\.scopes).map(\.description)).sorted()
        return refusal(
            identity,
            "\(identity) may not write scope '\(scope)' of project \(project); it writes "
                + (own.isEmpty ? "no scope." : own.map { "'\($0)'" }.joined(separator: ", ") + "."))
    }

    // MARK: Tags

    /// Whether `identity` may put `tag` of `repository` on something, or with ``Rights/delete`` delete it.
    /// - Parameter right: `write` or `delete`.
    public func decide(
        _ right: Rights, on tag: TagName, in repository: RepositoryName, for identity: Identity
    ) -> AccessDecision {
        guard let project = ProjectName(owning: repository.description) else { return absence(identity) }
        let decision = decide(right, in: project, for: identity)
        guard decision.isAllowed else { return decision }
        if covering(right, tag, in: repository, project, identity) != nil { return .allowed }
        return refusal(
            identity,
            "\(identity) may not \(right) the tag '\(tag)' of \(repository): its scope is not part of the tag, "
                + "and no pattern of its tags fits.")
    }

    /// For which scope, as text, `identity` writes `tag`: what several writers push to it is merged only for one scope.
    public func scope(writing tag: TagName, in repository: RepositoryName, for identity: Identity) -> String {
        let project = ProjectName(owning: repository.description)
        return project.flatMap { covering(.write, tag, in: repository, $0, identity) } ?? defaultScope.description
    }

    private func covering(
        _ right: Rights, _ tag: TagName, in repository: RepositoryName, _ project: ProjectName, _ identity: Identity
    ) -> String? {
        for grant in identity.grants where grant.applies(to: project) && grant.rights.contains(right) {
            if let scope = grant.scope(covering: tag, in: repository, default: defaultScope) { return scope }
        }
        return nil
    }

    // MARK: Answers

    private func decide(_ rights: Rights, in project: ProjectName, for identity: Identity) -> AccessDecision {
        let held = self.rights(in: project, of: identity)
        if held.contains(rights), !held.isEmpty { return .allowed }
        if held.isEmpty { return absence(identity) }
        let missing = rights.subtracting(held)
        return refusal(
            identity,
            "\(identity) lacks the right '\(missing)' in project \(project); it has '\(held)'.")
    }

    /// Where an identity has no right.
    private func absence(_ identity: Identity) -> AccessDecision {
        identity.kind == .anonymous ? .unauthenticated : .absent
    }

    private func refusal(_ identity: Identity, _ reason: String) -> AccessDecision {
        identity.kind == .anonymous ? .unauthenticated : .denied(reason)
    }
}
