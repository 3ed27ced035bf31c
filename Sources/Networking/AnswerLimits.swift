/// How long the body of an answer may take, once its head is there. A server that sends a byte now and then, or stops in the
/// middle, would be read for days otherwise.
public struct AnswerLimits: Sendable {
    /// The longest a short document may take, as a whole: what is asked for in order to go on.
    public var documentTime: Duration
    /// What every body, however long, brings at least in each ``paceTime``. Bytes.
    public var paceByteCount: Int
    /// See ``paceByteCount``. Only the time counts in which bytes are waited for, not that in which they are used.
    public var paceTime: Duration

    /// Makes limits.
    public init(documentTime: Duration, paceByteCount: Int, paceTime: Duration) {
        self.documentTime = documentTime
        self.paceByteCount = paceByteCount
        self.paceTime = paceTime
    }

    /// About a kilobyte in a second, which the slowest link that a build makes sense over has.
    public static let standard = AnswerLimits(
        documentTime: .seconds(60), paceByteCount: 64 << 10, paceTime: .seconds(60))
}
