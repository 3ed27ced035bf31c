package import HitRates

/// What one build asks of a server.
package struct JobDemand: Hashable, Sendable {
    /// Steps that are looked up.
    package var steps: Int
    /// Steps that are built and recorded, each with a layer.
    package var recorded: Int
    /// New bytes of layers.
    package var sent: Double
    /// Bytes of layers that are fetched.
    package var received: Double
    /// How many layers those are.
    package var fetched: Int
    /// How long the steps take on the runner. Seconds.
    package var seconds: Double

    package init(steps: Int, recorded: Int, sent: Double, received: Double, fetched: Int, seconds: Double) {
        self.steps = steps
        self.recorded = recorded
        self.sent = sent
        self.received = received
        self.fetched = fetched
        self.seconds = seconds
    }

    /// - Parameters:
    ///   - work: as a replay has it, where all of a rebuilt layer is new.
    ///   - newShare: how much of it is new to the store; 0 to 1.
    package init(_ work: JobWork, newShare: Double) {
        self.init(
            steps: work.steps, recorded: work.recorded, sent: Double(work.sent) * newShare,
            received: Double(work.received), fetched: work.fetched, seconds: work.seconds)
    }

    /// The same with the bytes of `share` of it.
    package func withBytes(_ share: Double) -> JobDemand {
        var job = self
        job.sent *= share
        job.received *= share
        return job
    }
}
