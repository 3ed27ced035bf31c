/// Something that happened in a build, for people who watch it.
public enum BuildEvent: Sendable {
    /// How a task ended.
    public enum Outcome: Sendable {
        /// It was done.
        case done
        /// The server had the result; `saved` is how long it took when it was made. Seconds.
        case hit(saved: Double)
        /// It failed; the build's error says why.
        case failed
        /// It was broken off because something else failed.
        case cancelled
    }

    /// A task began. Numbers count from 1 in the order tasks begin.
    case began(task: Int, name: String)
    /// A task said something, one line.
    case output(task: Int, line: String)
    /// Why a task has to be done: why its step is no hit. One line; may come when the task has ended.
    case reason(task: Int, text: String)
    /// How far a task is, in words that replace those before.
    case status(task: Int, text: String)
    /// A task ended.
    case ended(task: Int, outcome: Outcome, seconds: Double)
    /// Something that the user should know and that does not end the build.
    case warning(String)
}
