import Access

/// What whoever does not say who they are may do.
enum AnonymousAccess: String, Sendable, CaseIterable {
    /// Everything.
    case all
    /// Pull, and find steps of all scopes, in all projects.
    case read
    /// Nothing.
    case none

    /// The same as grants.
    var grants: [Grant] {
        switch self {
        case .all: [.everything]
        case .read: [.readingEverything]
        case .none: []
        }
    }
}
