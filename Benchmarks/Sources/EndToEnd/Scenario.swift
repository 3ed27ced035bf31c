/// What is built, and what was built on the same server before. The order of the cases is that of the builds.
public enum Scenario: String, CaseIterable, Sendable {
    /// The application, on a server that knows only the base image.
    case first
    /// The same again.
    case unchanged
    /// One line of one source file is another one.
    case oneFile = "one-file"
    /// The text of a label is another one.
    case label
    /// A package has another version.
    case dependencies
    /// Nothing is run after the last COPY.
    case noRun = "no-run"
    /// The same, and one line of one source file is another one.
    case copyOnly = "copy-only"
    /// The base image has other contents under the same tag.
    case base
    /// The last step fails, on a server that knows only the base image.
    case failed
    /// That step is put right.
    case fixed
    /// Two runners build the application at a time, on a server that knows only the base image.
    case parallel

    /// The one that the others of its history stand on.
    public var opening: Scenario {
        switch self {
        case .first, .unchanged, .oneFile, .label, .dependencies, .noRun, .copyOnly, .base: .first
        case .failed, .fixed: .failed
        case .parallel: .parallel
        }
    }

    /// What alters a copy of the application before it is built: the name of one of its changes.
    public var change: String? {
        switch self {
        case .oneFile, .label, .dependencies, .noRun, .copyOnly, .failed: rawValue
        case .first, .unchanged, .base, .fixed, .parallel: nil
        }
    }

    /// How many runners build at the same time.
    public var runners: Int { self == .parallel ? 2 : 1 }

    /// The builds of an application that has `changes`, each list on a server of its own. The opening of a history is built even where it
    /// was not chosen.
    public static func histories(_ chosen: [Scenario], changes: Set<String>) -> [[Scenario]] {
        [Scenario.first, .failed, .parallel].compactMap { opening in
            let offered = allCases.filter { scenario in
                guard scenario.opening == opening, chosen.contains(scenario) else { return false }
                return [scenario.change, opening.change].allSatisfy { $0.map(changes.contains) ?? true }
            }
            guard !offered.isEmpty else { return nil }
            return offered.contains(opening) ? offered : [opening] + offered
        }
    }
}
