import Access
import CacheAPI

/// What whoever sent a request may do in the project that it is about.
struct ProjectAccess: Sendable {
    let project: ProjectName
    let check: AccessCheck

    /// Whether what is recorded in `scope` is found.
    func reads(_ scope: ScopeName) -> Bool { check.reads(scope, in: project) }

    /// Whether `scope` may be recorded in.
    func writes(_ scope: ScopeName) -> Bool { check.writes(scope, in: project) }

    /// - Throws: ``AccessRefusal`` unless `scope` may be recorded in.
    func requireWriting(_ scope: ScopeName) throws(AccessRefusal) { try check.requireWriting(scope, in: project) }

    /// Whether somebody is known to ask, not just anybody on a server that is open to everybody.
    var isKnown: Bool { check.identity.kind != .anonymous }
}
