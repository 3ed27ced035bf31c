import Access
import CacheAPI

/// What the server's settings say about scopes.
struct ScopeRules: Hashable, Sendable {
    /// Scopes whose writers are trusted: what they recorded is found by, and taken over into, another scope.
    struct Promotion: Hashable, Sendable {
        /// The scopes that find and take over.
        let into: NamePattern
        /// The scopes that they trust.
        let from: NamePattern

        /// Reads `[INTO=]FROM`, as in `main=feature/*`; without `INTO` any scope takes over. `nil` when a pattern is empty.
        init?(_ text: some StringProtocol) {
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let last = sides.last, let from = NamePattern(last) else { return nil }
            guard sides.count > 1 else {
                (into, self.from) = (.anything, from)
                return
            }
            guard let into = NamePattern(sides[0]) else { return nil }
            (self.into, self.from) = (into, from)
        }
    }

    /// What is taken over.
    var promotions: [Promotion] = []

    /// Whether a build that writes `scope` finds what was recorded in `other`.
    func trusts(_ other: ScopeName, in scope: ScopeName) -> Bool {
        other != scope
            && promotions.contains {
                $0.into.matches(scope.description.utf8) && $0.from.matches(other.description.utf8)
            }
    }

    /// Whether any scope may find what is recorded in `scope`.
    func isTrusted(_ scope: ScopeName) -> Bool {
        promotions.contains { $0.from.matches(scope.description.utf8) }
    }
}
