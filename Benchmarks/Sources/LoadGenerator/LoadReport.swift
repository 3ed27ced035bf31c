import FoundationEssentials

/// What a load came to.
public struct LoadReport: Codable, Hashable, Sendable {
    /// Percentiles of times. Milliseconds, with three digits of which all are true.
    public struct Times: Codable, Hashable, Sendable {
        /// Half took at most so long.
        public var median: Double
        /// 90 % did.
        public var p90: Double
        /// 99 % did.
        public var p99: Double
        /// 99.9 % did.
        public var p999: Double
        /// All did.
        public var longest: Double
        /// On average.
        public var mean: Double
    }

    /// How many were answered as they should be.
    public var requests: Int
    /// How many were not.
    public var failed: Int
    /// How many were due and were not sent even long after the end: the server is that much too slow.
    public var unsent: Int
    /// What the first failure was.
    public var firstFailure: String?
    /// Answers in a second.
    public var rate: Double
    /// From the moment at which each request was *due*: what somebody who wants an answer then waits. When no rate is given, the
    /// same as ``service``.
    public var latency: Times
    /// From the moment at which each was *sent*: what leaves out those who wait for their turn while the server stalls
    /// (coordinated omission). Beside the other it tells how much of the waiting that is.
    public var service: Times

    /// A name and a value in each line.
    public var text: String {
        func line(_ name: String, _ times: Times) -> String {
            "\(name), ms: median \(times.median), p90 \(times.p90), p99 \(times.p99), p99.9 \(times.p999), "
                + "longest \(times.longest)"
        }
        return """
            requests: \(requests), failed \(failed), never sent \(unsent)
            in a second: \((rate * 10).rounded() / 10)
            \(line("from when each was due", latency))
            \(line("from when each was sent", service))
            """ + (firstFailure.map { "\nfirst failure: \($0)" } ?? "")
    }

    /// One object.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
