import ArgumentParser
import Build
import Dockerfile

/// A look at a Dockerfile only: `larder build --check`.
struct CheckRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings

    /// Prints what is found.
    /// - Throws: `ExitCode` when something was, or once the reason was told why nothing could be; `ValidationError`.
    func run() async throws {
        var request = order.request
        let input = order.readsDockerfileFromInput ? try InputDockerfile() : nil
        defer { input?.remove() }
        if let input { request.dockerfile = input.path }
        let server = ServerConnection(
            to: order.server, project: order.project, token: order.token, network: order.network)
        let display = order.progress.display(environment: surroundings.environment)
        for warning in order.warnings { display.take(.warning(warning)) }
        let (result, signal) = await Interruption.run(display) {
            [request] () async -> Result<[BuildWarning], any Error> in
            do {
                return .success(try await Builder(server: server, events: display).check(request))
            } catch {
                return .failure(error)
            }
        }
        await display.finish()
        await server.shutdown()
        if let signal { throw ExitCode(128 + signal) }
        switch result {
        case .success(let warnings): try Self.report(warnings)
        case .failure(let error):
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }

    private static func report(_ warnings: [BuildWarning]) throws {
        for warning in warnings { print(warning) }
        let count = warnings.count
        print("Check complete: \(count == 0 ? "no warnings" : count == 1 ? "1 warning" : "\(count) warnings").")
        guard warnings.isEmpty else { throw ExitCode.failure }
    }
}
