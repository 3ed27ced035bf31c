/// What a client wants of a registry, as it asks for a token: `repository:shop/api:pull,push` (distribution project, "Token Scope
/// Documentation").
public struct RegistryScope: Hashable, Sendable, CustomStringConvertible {
    /// What can be done with a repository.
    public enum Action: String, Sendable, CaseIterable, Comparable {
        case pull
        case push
        case delete

        /// The order of names.
        public static func < (a: Action, b: Action) -> Bool { a.rawValue < b.rawValue }
    }

    /// The most scopes that are read of one request.
    public static let countMaximum = 100

    /// Where.
    public let repository: RepositoryName
    /// What.
    public let actions: Set<Action>

    /// Makes a scope.
    public init(_ repository: RepositoryName, _ actions: Set<Action>) {
        (self.repository, self.actions) = (repository, actions)
    }

    /// Reads one scope; `*` stands for all actions. `nil` for what is about no repository, as `registry:catalog:*` is.
    public init?(_ text: some StringProtocol) {
        // A name may have a port in front of it, but not the type, and not the actions.
        guard let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":"), first < last else { return nil }
        let type = text[..<first]
        guard type == "repository" || type.hasPrefix("repository("),
            let repository = try? RepositoryName(String(text[text.index(after: first)..<last]))
        else { return nil }
        let words = text[text.index(after: last)...].split(separator: ",")
        self.repository = repository
        actions =
            words.contains("*") ? Set(Action.allCases) : Set(words.compactMap { Action(rawValue: String($0)) })
    }

    /// Reads scopes with blanks between them, and merges those of one repository.
    public static func scopes(_ texts: [String]) -> [RegistryScope] {
        var order: [RepositoryName] = []
        var wanted: [RepositoryName: Set<Action>] = [:]
        for scope in texts.flatMap({ $0.split(separator: " ") }).prefix(countMaximum).compactMap({ RegistryScope($0) })
        {
            if wanted[scope.repository] == nil { order.append(scope.repository) }
            wanted[scope.repository, default: []].formUnion(scope.actions)
        }
        return order.map { RegistryScope($0, wanted[$0] ?? []) }
    }

    /// The scope as it is asked for, with sorted actions.
    public var description: String {
        "repository:\(repository):\(actions.sorted().map(\.rawValue).joined(separator: ","))"
    }
}
