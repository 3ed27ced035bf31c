/// Shows people the events of a build.
public protocol BuildDisplay: BuildEventSink {
    /// Shows what is left to show, among it the last output of what failed, and gives the terminal back. Nothing is
    /// shown after it.
    func finish() async
}
