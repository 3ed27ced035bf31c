/// The job that a build runs in, as its environment describes it: each thing with what said it.
struct DetectedJob: Hashable, Sendable {
    /// One thing that is known.
    struct Fact: Hashable, Sendable, Encodable {
        let value: String
        /// What said it: a variable of the environment, a field of an event, a file.
        let source: String
    }

    /// A change that is proposed for a branch.
    struct Change: Hashable, Sendable {
        /// Whose repository it comes from.
        enum Origin: String, Hashable, Sendable {
            case own
            case fork
            /// Nothing says so: it is treated as that of a fork.
            case unknown
        }

        /// What its system calls it, as in `pull request`.
        let term: String
        let number: Fact
        /// The branch that it is to be merged into.
        let target: Fact?
        let origin: Origin
        /// What the origin was told by.
        let originSource: String
        /// The scope that it has when its branch's name is not to be believed.
        let scope: String
    }

    /// The CI system; `nil` outside of any.
    var system: Fact?
    /// The branch; of a change that it comes from.
    var branch: Fact?
    var tag: Fact?
    var change: Change?
    /// The default branch of the repository; `nil` when nothing says which it is.
    var defaultBranch: Fact?
    var commit: Fact?
    /// What counts the runs: a number that no other run of this commit has.
    var run: Fact?
    /// What identifies this run among others of the system, for people who look at records; empty when nothing does.
    var name = ""
}

extension DetectedJob {
    /// The scopes that follow, and why.
    var scopes: DetectedScopes {
        let standard = defaultBranch?.value ?? "main"
        let place = system.map { "\($0.value), " } ?? ""
        let name = name.isEmpty ? nil : name
        if let change {
            let known = change.origin == .own ? branch?.value : nil
            let target = change.target.map { " into \($0.value)" } ?? ""
            let origin =
                switch change.origin {
                case .own: ""
                case .fork: ", from a fork"
                case .unknown: ", perhaps from a fork"
                }
            return DetectedScopes(
                own: known ?? change.scope, bases: [change.target?.value, standard],
                reason: "\(place)\(change.term) \(change.number.value)\(target)\(origin)", job: name)
        }
        if let tag {
            return DetectedScopes(
                own: "tag/\(tag.value)", bases: [standard], reason: "\(place)tag \(tag.value)", job: name)
        }
        guard let branch else {
            let reason = system == nil ? "neither a CI system nor a git branch was found" : "\(place)no branch is named"
            return DetectedScopes(own: "main", reason: reason, job: name)
        }
        return DetectedScopes(
            own: branch.value, bases: [standard],
            reason: system == nil ? "the git branch \(branch.value)" : "\(place)branch \(branch.value)", job: name)
    }
}
