/// What came of one attempt to deliver an event.
enum DeliveryOutcome: Hashable, Sendable {
    /// The receiver has it.
    case delivered
    /// The receiver cannot take it now; it said when, or not. Seconds.
    case postponed(String, retryAfter: Int64?)
    /// The receiver will not take this one.
    case refused(String)
    /// There is no receiver any more.
    case gone(String)

    /// The longest `Retry-After` that counts. Seconds.
    static let retryAfterMaximum: Int64 = 86_400

    /// What an answer means (RFC 9110, and Standard Webhooks 1.0.0 for 410).
    /// - Parameters:
    ///   - retryAfter: what the receiver wants to be waited (``RetryAfter``). Seconds.
    init(status: UInt, retryAfter: Int64?) {
        switch status {
        case 200..<300: self = .delivered
        case 410: self = .gone("it answered 410, so nobody is there any more")
        case 300..<400: self = .postponed("it answered \(status): redirects are not followed", retryAfter: nil)
        // What is wrong with the request itself will be wrong the next time, too.
        case 400, 413, 414, 415, 422, 431: self = .refused("it answered \(status)")
        default:
            self = .postponed("it answered \(status)", retryAfter: retryAfter.map { min($0, Self.retryAfterMaximum) })
        }
    }
}
