/// One filesystem-changing instruction after expansion.
public struct PlannedStep: Hashable, Sendable {
    /// What the instruction does.
    public enum Operation: Hashable, Sendable {
        case run(RunOperation)
        case copy(CopyOperation)
        case workdir(WorkdirOperation)

        /// Where it takes files from.
        public var sources: [CopyOperation.Source] {
            switch self {
            case .run(let run): run.mounts.compactMap { $0.source?.root }
            case .copy(let copy): [copy.source]
            case .workdir: []
            }
        }
    }

    /// The instruction's text after expansion, on one line, for people; without logins of URLs.
    public let text: String
    /// Its line in the Dockerfile, from 1.
    public let line: Int
    /// What it does.
    public internal(set) var operation: Operation

    /// Makes a step.
    public init(text: String, line: Int, operation: Operation) {
        self.text = URLLogin.hidden(in: text)
        self.line = line
        self.operation = operation
    }
}
