import Access
import CacheAPI
import OCI

/// What whoever sent a request may do: an identity and the policy that decides about it. The one way from a request to a
/// decision.
struct AccessCheck: Sendable {
    let policy: AccessPolicy
    let identity: Identity
    /// Why what the request showed proves nothing; `nil` when it proved something, or showed nothing.
    var refusal: String?
    /// In how many seconds it may prove something; `nil` when it will not.
    var retryAfter: Int?

    init(policy: AccessPolicy, identity: Identity, refusal: String? = nil, retryAfter: Int? = nil) {
        self.policy = policy
        self.identity = identity
        self.refusal = refusal
        self.retryAfter = refusal == nil ? nil : retryAfter
    }

    /// What is decided about `demand`. Whoever shows what proves nothing is not even taken for the anonymous.
    func decide(_ demand: Demand) -> AccessDecision {
        if refusal != nil, demand != .open { return .unauthenticated }
        return policy.decide(demand, for: identity)
    }

    /// Whether `demand` is met.
    func allows(_ demand: Demand) -> Bool { decide(demand).isAllowed }

    /// - Throws: ``AccessRefusal`` unless `demand` is met.
    func require(_ demand: Demand) throws(AccessRefusal) {
        try require(decide(demand), demand.place)
    }

    // MARK: Scopes

    /// Whether what is recorded in `scope` of `project` is found.
    func reads(_ scope: ScopeName, in project: ProjectName) -> Bool { policy.reads(scope, in: project, identity) }

    /// Whether `scope` of `project` may be recorded in.
    func writes(_ scope: ScopeName, in project: ProjectName) -> Bool {
        policy.decide(writing: scope, in: project, for: identity).isAllowed
    }

    /// - Throws: ``AccessRefusal`` unless `scope` of `project` may be recorded in.
    func requireWriting(_ scope: ScopeName, in project: ProjectName) throws(AccessRefusal) {
        try require(policy.decide(writing: scope, in: project, for: identity), "project \(project)")
    }

    // MARK: Tags

    /// - Parameter right: `write` or `delete`.
    /// - Throws: ``AccessRefusal`` unless that may be done to `tag`.
    func require(_ right: Rights, on tag: TagName, in repository: RepositoryName) throws(AccessRefusal) {
        try require(.repository(repository, right))
        let decision = policy.decide(right, on: tag, in: repository, for: identity)
        // Who may write, but not this tag, is to choose another.
        if case .denied(let reason) = decision { throw AccessRefusal(.denied, reason) }
        try require(decision, "repository \(repository)")
    }

    /// For which scope whoever asks writes `tag`, empty for the default scope: build caches of a tag are merged for one scope
    /// only.
    func scope(writing tag: TagName, in repository: RepositoryName) -> String {
        let scope = policy.scope(writing: tag, in: repository, for: identity)
        return scope == policy.defaultScope.description ? "" : scope
    }

    private func require(_ decision: AccessDecision, _ place: String) throws(AccessRefusal) {
        switch decision {
        case .allowed: return
        case .unauthenticated: throw unauthenticated
        case .absent:
            // The answer does not say so; the audit log does.
            RequestNotes.current?.note { $0.isRefused = true }
            throw AccessRefusal(.absent, "There is no \(place) here, or you have no right to it.")
        case .denied(let reason): throw AccessRefusal(.forbidden, reason)
        }
    }

    private var unauthenticated: AccessRefusal {
        guard let refusal else {
            return AccessRefusal(
                .unauthenticated,
                "This server wants to know who asks: log in with a token as the password of any user, or set LARDER_TOKEN."
            )
        }
        if let retryAfter { return AccessRefusal(refusal, retryAfter: retryAfter) }
        return AccessRefusal(.unauthenticated, "This server does not take what you show: \(refusal).")
    }
}

extension Demand {
    /// What it is about, for people.
    fileprivate var place: String {
        switch self {
        case .project(let project, _): "project \(project)"
        case .repository(let repository, _): "repository \(repository)"
        case .open, .known, .anyProject, .everyProject, .server: "such thing"
        }
    }
}
