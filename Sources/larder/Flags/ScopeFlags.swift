import ArgumentParser
import CacheAPI
import SystemPackage

/// In which scopes steps are looked up and recorded.
struct ScopeFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The branch whose steps are used and recorded. LARDER_SCOPE; default: what the variables of GitHub Actions, \
            GitLab CI or Jenkins say, else the git branch of PATH, else main.
            """, valueName: "NAME"))
    var scope: String?
    @Option(
        help: ArgumentHelp(
            """
            A branch whose steps are used, too, but not recorded; may be repeated. LARDER_BASE_SCOPE, with commas; \
            default: the branch that a change is to be merged into, then the default branch.
            """, valueName: "NAME"))
    var baseScope: [String] = []

    /// The scopes: those given, and for what is not given those that are found out.
    /// - Parameter directory: the build context.
    /// - Throws: `ValidationError`.
    func scopes(of directory: FilePath, _ caches: CacheFlags.Scopes, in surroundings: Surroundings) throws
        -> DetectedScopes
    {
        var scopes = JobDetection.detect(surroundings.jobFacts(of: directory)).scopes
        if let text = scope ?? surroundings.value("LARDER_SCOPE") ?? caches.to {
            let own = try Self.name(text, "--scope")
            // What was found out is then where to look after it.
            let found = [scopes.own.description] + scopes.bases.map(\.description)
            let reason =
                scope != nil ? "--scope" : surroundings.value("LARDER_SCOPE") != nil ? "LARDER_SCOPE" : "--cache-to"
            scopes = DetectedScopes(own: own.description, bases: found, reason: reason, job: scopes.job)
        }
        var given = baseScope
        if given.isEmpty {
            given = surroundings.value("LARDER_BASE_SCOPE")?.split(separator: ",").map(String.init) ?? []
        }
        if !given.isEmpty { scopes.bases = try given.map { try Self.name($0, "--base-scope") } }
        for text in caches.from {
            let name = try Self.name(text, "--cache-from")
            if !scopes.bases.contains(name) { scopes.bases.append(name) }
        }
        scopes.bases.removeAll { $0 == scopes.own }
        guard scopes.bases.count < 16 else {
            throw ValidationError("--base-scope, --cache-from: a build looks in at most 16 scopes")
        }
        return scopes
    }

    private static func name(_ text: String, _ flag: String) throws -> ScopeName {
        guard let scope = ScopeName(text) else {
            throw ValidationError("\(flag): a name has 1 to 200 bytes and no control characters")
        }
        return scope
    }
}
