public import CacheAPI
public import Chunking

/// What became of one step.
public struct StepReport: Sendable {
    /// What became of it.
    public enum Verdict: String, Sendable {
        /// The server had it, or something made of it.
        case hit
        /// It was run or made here.
        case run
        /// Nothing that was built needed it.
        case skipped
        /// It was begun and failed.
        case failed
    }

    /// What a step stands on, or takes files from.
    public enum Source: Hashable, Sendable {
        /// Nothing.
        case scratch
        /// An image, as it is named in the Dockerfile.
        case image(String)
        /// Another step, by its position in the list of reports.
        case step(Int)
    }

    /// Its key; `nil` when no server told it.
    public var key: Digest?
    /// The instruction after expansion.
    public var instruction: String
    /// The stage it belongs to.
    public var stage: String
    /// What became of it.
    public var verdict: Verdict
    /// How long it took here. Seconds.
    public var seconds: Double
    /// How long the command of a RUN took of it; 0 for others. Seconds.
    public var commandSeconds: Double
    /// For a hit: how long it took when it was made. Seconds.
    public var saved: Double
    /// How many bytes of its layers were sent.
    public var bytes: Int
    /// For a step that was run: why it was no hit, for people; `nil` when that is not known.
    public var reason: String?
    /// The same as a word.
    public var cause: MissCause?
    /// Names of what has changed, a few of them: files, variables.
    public var changed: [String] = []
    /// Its line in the Dockerfile, from 1.
    public var line = 0
    /// What it stands on.
    public var parent = Source.scratch
    /// What it takes files from besides build contexts, in order, each once.
    public var sources: [Source] = []

    /// Makes a report.
    public init(
        key: Digest?, instruction: String, stage: String, verdict: Verdict, seconds: Double = 0,
        commandSeconds: Double = 0, saved: Double = 0, bytes: Int = 0, reason: String? = nil
    ) {
        self.key = key
        self.instruction = instruction
        self.stage = stage
        self.verdict = verdict
        self.seconds = seconds
        self.commandSeconds = commandSeconds
        self.saved = saved
        self.bytes = bytes
        self.reason = reason
    }
}
