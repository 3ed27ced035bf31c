import CacheAPI
import Chunking

/// The scopes of a build as they follow from where it runs, and why.
struct DetectedScopes: Hashable, Sendable {
    /// The scope that is looked in first, and the only one that is written.
    var own: ScopeName
    /// Where to look after that, in this order: the branch that is merged into, then the default branch.
    var bases: [ScopeName] = []
    /// What they follow from, for people, as in `GitHub Actions, pull request 12`.
    var reason: String
    /// What identifies this run among others of the system, for people who look at records; `nil` outside of CI.
    var job: String?

    /// - Parameters:
    ///   - own: the name of the own scope; shortened when it is too long.
    ///   - bases: names of further scopes; `nil`, empty and repeated ones are left out.
    init(own: String, bases: [String?] = [], reason: String, job: String? = nil) {
        self.own = ScopeName(shortening: own)
        self.reason = reason
        self.job = job
        for base in bases {
            guard let base, !base.isEmpty else { continue }
            let name = ScopeName(shortening: base)
            if name != self.own, !self.bases.contains(name) { self.bases.append(name) }
        }
    }
}

extension ScopeName {
    /// The scope of a branch. A name that is too long or has control characters is replaced by its beginning and a digest.
    init(shortening branch: String) {
        if let name = ScopeName(branch) {
            self = name
            return
        }
        let readable = branch.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        var start = ""
        for scalar in readable where start.utf8.count < 160 { start.unicodeScalars.append(scalar) }
        let digest = Digest(hashing: Array(branch.utf8)).hex.prefix(16)
        self = ScopeName("\(start)~\(digest)") ?? .main
    }
}
