/// A history of builds: hashes and sizes, no text of the source.
///
/// As a file it is JSON lines: a ``TraceHeader``, then one row for each thing, before what refers to it: `{"set": …}`,
/// `{"step": …}`, `{"line": …}`, `{"build": …}`. Rows of a kind are numbered from 0 in their order.
public struct Trace: Sendable, Hashable {
    /// What was recorded.
    public var header: TraceHeader
    /// Contents of files that steps read.
    public package(set) var sets: [TraceFileSet] = []
    /// Steps.
    public package(set) var steps: [TraceStep] = []
    /// Instructions.
    public package(set) var lines: [TraceLine] = []
    /// Builds, the oldest first.
    public package(set) var builds: [TraceBuild] = []

    /// Makes a trace without builds.
    public init(_ header: TraceHeader) {
        self.header = header
    }
}
