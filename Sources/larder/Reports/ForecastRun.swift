import ArgumentParser
import Build

/// A look at what a build would do.
struct ForecastRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings
    /// Whether misses are explained.
    let explains: Bool

    /// - Throws: `ExitCode` once the reason was told, `ValidationError`.
    func run() async throws -> ForecastReport {
        var request = order.request
        let input = order.readsDockerfileFromInput ? try InputDockerfile() : nil
        defer { input?.remove() }
        if let input { request.dockerfile = input.path }
        let server = ServerConnection(
            to: order.server, project: order.project, token: order.token, network: order.network)
        let display = order.progress.display(environment: surroundings.environment)
        for warning in order.warnings { display.take(.warning(warning)) }
        let (result, signal) = await Interruption.run(display) {
            [request, explains] () async -> Result<[StepForecast], any Error> in
            do {
                return .success(
                    try await Builder(server: server, events: display).forecast(request, explains: explains))
            } catch {
                return .failure(error)
            }
        }
        await display.finish()
        await server.shutdown()
        if let signal { throw ExitCode(128 + signal) }
        switch result {
        case .success(let steps): return ForecastReport(steps, order)
        case .failure(let error):
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }
}
