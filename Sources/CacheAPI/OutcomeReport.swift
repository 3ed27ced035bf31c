public import Chunking

/// How a build ended (`POST …/outcomes`), for those who want to know what the cache is worth and what would make it worth more.
/// Nothing is decided by it.
public struct OutcomeReport: Codable, Sendable, Hashable {
    /// What became of a step.
    public enum Verdict: String, Codable, Sendable {
        /// The server had it, or something made of it.
        case hit
        /// It was run or made.
        case miss
        /// It was begun and failed.
        case failed
    }

    /// A step of the build, as it was planned; those that nothing needed are left out.
    public struct Step: Codable, Sendable, Hashable {
        /// The same in all builds of one Dockerfile whatever has changed: the last of its places (see ``StepLineage``).
        public var place: Digest
        /// Its key; `nil` when no server told it.
        public var key: Digest?
        /// The stage it belongs to.
        public var stage: String
        /// The instruction after expansion; cut off behind ``textBytesMaximum``.
        public var instruction: String
        /// What became of it.
        public var verdict: Verdict
        /// Why it was no hit; `nil` for a hit.
        public var cause: MissCause?
        /// The same for people.
        public var reason: String?
        /// Names of what has changed: files, variables.
        public var changed: [String]
        /// How long it took here. Seconds.
        public var seconds: Double
        /// How long a hit took when it was made. Seconds.
        public var saved: Double
        /// How much of its layers was sent. Bytes.
        public var sent: Int

        /// Makes a step.
        public init(
            place: Digest, key: Digest? = nil, stage: String, instruction: String, verdict: Verdict,
            cause: MissCause? = nil, reason: String? = nil, changed: [String] = [], seconds: Double = 0,
            saved: Double = 0, sent: Int = 0
        ) {
            self.place = place
            self.key = key
            self.stage = stage
            self.instruction = Self.cut(instruction)
            self.verdict = verdict
            self.cause = cause
            self.reason = reason.map(Self.cut)
            self.changed = changed.prefix(OutcomeReport.changedMaximum).map(Self.cut)
            self.seconds = seconds
            self.saved = saved
            self.sent = sent
        }

        private static func cut(_ text: String) -> String {
            guard text.utf8.count > OutcomeReport.textBytesMaximum else { return text }
            return String(decoding: text.utf8.prefix(OutcomeReport.textBytesMaximum - 3), as: UTF8.self)
        }
    }

    /// The most bytes of a text.
    public static let textBytesMaximum = 400
    /// The most names of ``Step/changed``.
    public static let changedMaximum = 5

    /// The name that the build claimed steps under.
    public var id: String
    /// Who built: host or job, for people.
    public var writer: String
    /// The scope it records in.
    public var scope: ScopeName
    /// What was built, whatever version: the repository of the image, else the name of the context.
    public var subject: String
    /// Whether there is an image.
    public var isDone: Bool
    /// How long the build took. Seconds.
    public var seconds: Double
    /// Body bytes to the server.
    public var sent: Int
    /// Body bytes from the server.
    public var received: Int
    /// The trace that its requests belong to.
    public var trace: String?
    /// The steps, in the order of the plan.
    public var steps: [Step]

    /// Makes a report.
    public init(
        id: String, writer: String, scope: ScopeName, subject: String, isDone: Bool, seconds: Double, sent: Int,
        received: Int, trace: String? = nil, steps: [Step]
    ) {
        self.id = id
        self.writer = writer
        self.scope = scope
        self.subject = subject
        self.isDone = isDone
        self.seconds = seconds
        self.sent = sent
        self.received = received
        self.trace = trace
        self.steps = steps
    }
}
