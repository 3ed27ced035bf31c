/// How docker finds out whether a container works.
public struct HealthCheck: Codable, Hashable, Sendable {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", …]`; empty to inherit.
    public var test: [String]?
    /// Nanoseconds between checks.
    public var interval: Int64?
    /// Nanoseconds that a check may take.
    public var timeout: Int64?
    /// Nanoseconds after the start in which failures do not count.
    public var startPeriod: Int64?
    /// Nanoseconds between checks in the start period.
    public var startInterval: Int64?
    /// How many failures in a row make the container unhealthy.
    public var retries: Int?

    private enum CodingKeys: String, CodingKey {
        case test = "Test"
        case interval = "Interval"
        case timeout = "Timeout"
        case startPeriod = "StartPeriod"
        case startInterval = "StartInterval"
        case retries = "Retries"
    }

    /// Makes a health check.
    public init(
        test: [String]?, interval: Int64? = nil, timeout: Int64? = nil, startPeriod: Int64? = nil,
        startInterval: Int64? = nil, retries: Int? = nil
    ) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
        self.startInterval = startInterval
        self.retries = retries
    }
}
