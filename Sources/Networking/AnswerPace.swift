internal import NIOCore

/// Decides whether a body brings what it has to in time. A connection has one, for all of its answers.
struct AnswerPace {
    private let byteCount: Int
    private let time: TimeAmount
    private var isInBody = false
    /// What came in this stretch, and how long it was waited for.
    private var received = 0
    private var waited = TimeAmount.nanoseconds(0)
    /// Since when more is waited for; `nil` while nobody wants more.
    private var waitsSince: NIODeadline?

    init(_ limits: AnswerLimits) {
        byteCount = limits.paceByteCount
        time = TimeAmount(limits.paceTime)
    }

    /// More is wanted.
    mutating func wants(at now: NIODeadline) {
        waitsSince = waitsSince ?? now
    }

    /// What had come was handed on: until more is wanted nothing is waited for.
    mutating func handedOn(at now: NIODeadline) {
        waited = waited(at: now)
        waitsSince = nil
    }

    /// A body begins.
    mutating func begins(at now: NIODeadline) {
        isInBody = true
        beginStretch(at: now)
    }

    /// A part of a body came.
    mutating func came(_ count: Int, at now: NIODeadline) {
        received += count
        if received >= byteCount { beginStretch(at: now) }
    }

    /// A body is complete.
    mutating func ends() {
        isInBody = false
    }

    /// How long it is still to be waited for; 0 when the body is too slow, `nil` when nothing is waited for.
    func rest(at now: NIODeadline) -> TimeAmount? {
        guard isInBody, waitsSince != nil else { return nil }
        return max(.nanoseconds(0), time - waited(at: now))
    }

    private mutating func beginStretch(at now: NIODeadline) {
        received = 0
        waited = .nanoseconds(0)
        if waitsSince != nil { waitsSince = now }
    }

    private func waited(at now: NIODeadline) -> TimeAmount {
        guard let since = waitsSince else { return waited }
        return waited + (now - since)
    }
}
