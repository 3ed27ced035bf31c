import ArgumentParser
import Build

/// A look at a build without making anything.
struct DryRun: Sendable {
    let order: BuildOrder
    let surroundings: Surroundings

    /// Lends `look` a builder and what is to be built, and tells of what goes on meanwhile.
    /// - Throws: `ExitCode` once the reason was told, `ValidationError`.
    func run<Found: Sendable>(
        _ look: @escaping @Sendable (Builder, BuildRequest) async throws -> Found
    ) async throws -> Found {
        var request = order.request
        let input = order.readsDockerfileFromInput ? try InputDockerfile() : nil
        defer { input?.remove() }
        input?.become(of: &request)
        let server = ServerConnection(
            to: order.server, project: order.project, token: order.token, network: order.network,
            trace: surroundings.trace)
        let display = order.progress.display(environment: surroundings.environment)
        for warning in order.warnings { display.take(.warning(warning)) }
        let (result, signal) = await Interruption.run(display) {
            [request] () async -> Result<Found, any Error> in
            do {
                return .success(try await look(Builder(server: server, events: display), request))
            } catch {
                return .failure(error)
            }
        }
        await display.finish()
        await server.shutdown()
        if let signal { throw ExitCode(128 + signal) }
        switch result {
        case .success(let found): return found
        case .failure(let error):
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }
}
