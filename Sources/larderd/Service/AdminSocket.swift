import CacheAPI
import ChunkStore
import FoundationEssentials
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import SystemPackage

/// The socket in a root through which commands reach the server that has it open.
struct AdminSocket: Sendable {
    /// The longest path a socket may have: `sun_path` of Linux without its final zero. Bytes.
    static let pathBytesMaximum = 107

    /// Where the socket is.
    let path: FilePath
    /// Ends when the socket can be used.
    private let readiness = AsyncStream.makeStream(of: Never.self)

    /// The socket of `root`; `nil` when its path would be too long.
    init?(root: FilePath) {
        path = root.appending("admin.sock")
        guard path.string.utf8.count <= Self.pathBytesMaximum else { return nil }
    }

    /// The service that answers on the socket: `GET /stats` gives a ``StatisticsReport``, `GET /health` a ``HealthReport`` or an
    /// error, `POST /maintain` does all
    /// background work and gives a ``MaintenanceReport``, `POST /backup` copies the store to the absolute path in its body
    /// and gives a ``BackupReport``, `POST /evict` removes what an ``EvictionOrder`` says and gives an ``EvictionReport``;
    /// ``TokenRoutes``, ``WebhookRoutes`` and ``QuarantineRoutes`` besides. Whoever can open the socket may do all that: there
    /// is no other access control on it.
    /// - Parameter waiting: to be closed after the service.
    func service(
        _ executor: StoreExecutor, _ maintenance: Maintenance, _ tokens: TokenBook, _ history: BuildHistory,
        _ account: Accountability, _ gate: ScanGate?, waiting: WaitingConnections, logger: Logger
    ) -> some Service {
        let (audit, webhooks) = (account.audit, account.webhooks)
        let router = Router(context: LarderRequestContext.self)
        router.add(middleware: FailureResponses())
        router.get("/stats") { request, _ in
            let histograms = request.uri.queryParameters["histograms"] != nil
            return try Response.json(
                await executor.run { try StatisticsReport(of: $0, histograms: histograms) })
        }
        router.get("/health") { _, _ in
            try await executor.run { try $0.checkWritable() }
            return try Response.json(HealthReport(status: "ok"))
        }
        router.post("/maintain") { _, _ in try Response.json(await maintenance.complete()) }
        router.post("/backup") { request, _ in
            let body = try await request.body.collect(upTo: 64 << 10)
            return try Response.json(
                try await backUp(executor.store, tokens, history, to: FilePath(String(buffer: body))))
        }
        TokenRoutes(tokens: tokens, executor: executor, audit: audit).add(to: router)
        WebhookRoutes(webhooks: webhooks, executor: executor).add(to: router)
        QuarantineRoutes(gate: gate, executor: executor, audit: audit).add(to: router)
        router.post("/evict") { request, _ in
            let order: EvictionOrder = try await request.bytes(upTo: 64 << 10).decoded()
            let report = try await executor.run { store in
                let events = RemovalEvents(.distrusted, of: store, by: "command", telling: webhooks)
                return try IdentityEviction(
                    store: store, order: order, events: events, quarantine: gate?.keeper.quarantine
                ).run()
            }
            if !order.isTrial { audit?.note(AuditEvent(report, order)) }
            return try Response.json(report)
        }
        return application(router, waiting: waiting, logger: logger)
    }

    private func application(
        _ router: Router<LarderRequestContext>, waiting: WaitingConnections, logger: Logger
    ) -> some Service {
        let (path, readiness) = (path.string, readiness.continuation)
        return Application(
            router: router, server: AcceptedChannel.server(waiting: waiting),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in
                do {
                    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
                } catch  where !Task.isCancelled {
                    logger.warning("admin socket is not private", metadata: ["path": "\(path)", "error": "\(error)"])
                } catch {
                    // The server is stopping before it began, and the socket is gone.
                }
                readiness.finish()
            },
            logger: logger.quietened)
    }

    /// On a thread of its own: it takes long. Stopped when the task is cancelled.
    private func backUp(
        _ store: Store, _ tokens: TokenBook, _ history: BuildHistory, to destination: FilePath
    ) async throws -> BackupReport {
        guard destination.isAbsolute else {
            throw APIFailure(.badRequest, "A copy needs an absolute path, not '\(destination)'.")
        }
        let isCancelled = Mutex(false)
        let root = path.removingLastComponent()
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        defer { thread.shutdownGracefully { _ in } }
        return try await withTaskCancellationHandler {
            try await thread.runIfActive {
                try RootCopy.make(
                    of: root, store, tokens, to: destination, copyHistory: history.copy(to:)
                ) { isCancelled.withLock { $0 } }
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
        }
    }

    /// Returns when the socket can be used, or the task is cancelled.
    func waitUntilListening() async {
        for await _ in readiness.stream {}
    }

    /// Removes the socket; the root must be this process's.
    func remove() {
        try? FileManager.default.removeItem(atPath: path.string)
    }
}

extension Logger {
    /// This logger for libraries that chat: nothing less important than a notice, unless everything is traced.
    var quietened: Logger {
        var logger = self
        if logger.logLevel > .trace { logger.logLevel = max(logger.logLevel, .notice) }
        return logger
    }
}
