import Hummingbird
import Logging
import NIOCore

@testable import larderd

/// Serves what a test puts in the place of another system.
enum TestServer {
    /// Serves `router` on a free port of this machine while `body` runs.
    static func run<Context: InitializableFromSource<ApplicationRequestContextSource> & RequestContext>(
        _ router: Router<Context>, _ body: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let waiting = WaitingConnections()
        let application = Application(
            router: router, server: AcceptedChannel.server(waiting: waiting),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { announce.finish() }
                    try await application.run()
                }
                guard let port = await ports.first(where: { _ in true }) else { return try await group.waitForAll() }
                defer { group.cancelAll() }
                try await body(port)
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await waiting.close()
        try outcome.get()
    }
}
