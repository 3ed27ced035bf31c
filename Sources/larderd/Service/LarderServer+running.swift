import Logging
import ServiceLifecycle

extension LarderServer {
    /// Runs a server while `body` runs with its port, then stops it gracefully.
    /// - Throws: what the server or `body` throws.
    static func withRunning<Result: Sendable>(
        _ settings: Settings, logger: Logger, onMetricsListening: @escaping @Sendable (Int) async -> Void = { _ in },
        _ body: @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let (ports, announce) = AsyncStream<Int>.makeStream()
        var server = LarderServer(settings: settings, logger: logger) { announce.yield($0) }
        server.onMetricsListening = onMetricsListening
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)
                ], logger: logger.quietened))
        async let running: Void = {
            defer { announce.finish() }
            try await group.run()
        }()
        guard let port = await ports.first(where: { _ in true }) else {
            try await running
            throw CancellationError()
        }
        do {
            let result = try await body(port)
            await group.triggerGracefulShutdown()
            try await running
            return result
        } catch {
            await group.triggerGracefulShutdown()
            try? await running
            throw error
        }
    }
}
