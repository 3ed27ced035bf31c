import Access
import Synchronization

/// The access rules that are in force, which may be replaced while the server runs.
final class CurrentRules: Sendable {
    private let rules: Mutex<AccessRules>

    init(_ rules: AccessRules) {
        self.rules = Mutex(rules)
    }

    /// Those in force now.
    var current: AccessRules { rules.withLock { $0 } }

    /// Puts others in force.
    func replace(_ rules: AccessRules) { self.rules.withLock { $0 = rules } }
}
