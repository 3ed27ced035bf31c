extension Row {
    /// Adds up what several builds at the same time came to.
    init(_ subject: Subject, repetition: Int, _ outcome: BuildRun.Outcome, _ steps: [RanSteps?]) {
        let times = outcome.builds.map(\.seconds).sorted()
        let known = steps.compactMap { $0 }
        let runSeconds = known.compactMap(\.seconds)
        self.init(
            subject: subject, repetition: repetition, seconds: times.last ?? 0,
            otherSeconds: times.count > 1 ? times.first : nil,
            runSeconds: runSeconds.count == steps.count ? runSeconds.reduce(0, +) : nil,
            runSteps: known.count == steps.count ? known.reduce(0) { $0 + $1.count } : nil, down: outcome.wire.down,
            up: outcome.wire.up, clientProcessor: outcome.clientProcessor, serverProcessor: outcome.serverProcessor,
            clientMemory: outcome.memory.client, serverMemory: outcome.memory.server)
    }
}
