import Synchronization

/// Under which name metrics tell of a project: the first ``countMaximum`` that anything is told of have their own, all others
/// together are `other`, so that a server of many projects does not swamp what collects its metrics.
final class ProjectLabels: Sendable {
    /// The most projects that are told apart.
    static let countMaximum = 200

    private let known = Mutex<Set<String>>([])

    /// The name for metrics of `project`.
    func label(_ project: String) -> String {
        known.withLock { known in
            if known.contains(project) { return project }
            guard known.count < Self.countMaximum else { return "other" }
            known.insert(project)
            return project
        }
    }
}
