import Hummingbird
import Logging
import ServiceLifecycle

/// Serves ``ServerRoute`` on an address of its own, to everybody who reaches it: for systems that collect metrics and have no
/// credentials.
struct MetricsListener: Service {
    let address: ListenAddress
    let routes: ServerRoutes
    /// To be closed after it.
    let waiting: WaitingConnections
    /// Called once with the port when requests are answered.
    let onListening: @Sendable (Int) async -> Void
    let logger: Logger

    /// Serves until the server stops.
    /// - Throws: ``ServerError`` when the address cannot be listened on.
    func run() async throws {
        let router = Router(context: LarderRequestContext.self)
        router.add(middleware: FailureResponses())
        routes.add(to: router, isOpen: true)
        let application = Application(
            router: router, server: AcceptedChannel.server(waiting: waiting),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "larderd"),
            onServerRunning: { [address, logger, onListening] channel in
                let port = channel.localAddress?.port ?? address.port
                logger.info(
                    "serving metrics", metadata: ["address": "\(ListenAddress(host: address.host, port: port))"])
                await onListening(port)
            },
            logger: logger.quietened)
        do {
            try await application.run()
        } catch {
            throw ServerError(listeningOn: address, setting: .metricsListen, failedWith: error) ?? error
        }
    }
}
