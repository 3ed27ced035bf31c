import Build

/// A look at what a build would do.
struct ForecastRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings
    /// Whether misses are explained.
    let explains: Bool

    /// - Throws: `ExitCode` once the reason was told, `ValidationError`.
    func run() async throws -> ForecastReport {
        let look = DryRun(order: order, surroundings: surroundings)
        let steps = try await look.run { [explains] builder, request in
            try await builder.forecast(request, explains: explains)
        }
        return ForecastReport(steps, order)
    }
}
