/// How a build's progress is shown (`--progress`).
public enum ProgressForm: String, CaseIterable, Sendable {
    /// ``tty`` when standard error is a terminal, else ``plain``.
    case auto
    /// Line by line.
    case plain
    /// What runs, drawn again and again.
    case tty
    /// Warnings and failures only.
    case quiet

    /// The form that is used where standard error is or is not a terminal. A terminal that cannot move its cursor
    /// (`TERM=dumb`) counts as none, even when ``tty`` is asked for.
    public func resolved(isTerminal: Bool, environment: [String: String]) -> ProgressForm {
        let isDumb = environment["TERM"] == "dumb"
        switch self {
        case .plain, .quiet: return self
        case .auto: return isTerminal && !isDumb ? .tty : .plain
        case .tty: return isDumb ? .plain : .tty
        }
    }

    /// A display on standard error.
    public func display(environment: [String: String]) -> any BuildDisplay {
        switch resolved(isTerminal: StandardError.isTerminal, environment: environment) {
        case .quiet: QuietProgress()
        // https://no-color.org: present and not empty.
        case .tty: TerminalProgress(hasColor: environment["NO_COLOR", default: ""].isEmpty)
        case .plain, .auto: PlainProgress()
        }
    }
}
