import ChunkStore
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// A server: one root, opened, and everything that serves it.
struct LarderServer: Service, CustomStringConvertible {
    /// What was set.
    let settings: Settings
    /// Where it reports.
    let logger: Logger
    /// Called once with the port when requests are answered.
    let onListening: @Sendable (Int) async -> Void
    /// The same for ``Settings/metricsListen``.
    var onMetricsListening: @Sendable (Int) async -> Void = { _ in }
    /// What it counts.
    let metrics = ServerMetrics()
    /// What builds have reported.
    let history: BuildHistory

    var description: String { "larderd" }

    init(settings: Settings, logger: Logger, onListening: @escaping @Sendable (Int) async -> Void = { _ in }) {
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        history = BuildHistory(of: settings.root, metrics: metrics, logger: logger)
    }

    /// Opens the root and serves until the task is cancelled or shut down gracefully. Stopping finishes the requests
    /// under way, for at most ``Settings/stopTimeout``, and then closes the store.
    /// - Throws: `StoreError` when the root cannot be opened, ``ServerError`` when the address cannot be listened on,
    ///   ``SettingsError`` when a file that a setting names cannot be used.
    func run() async throws {
        let threads = NIOThreadPool(numberOfThreads: settings.storeThreads)
        threads.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await openAndServe(on: threads))
        } catch {
            result = .failure(error)
        }
        try await threads.shutdownGracefully()
        try result.get()
    }

    /// Serves until SIGTERM or SIGINT.
    /// - Parameter manager: the service manager that wants to hear that it is alive; `nil` for none.
    func runUntilSignalled(telling manager: ServiceManager? = nil) async throws {
        let services: [any Service] = [self] + (manager.map { [ServiceHeartbeat(manager: $0)] } ?? [])
        let configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quietened)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func openAndServe(on threads: NIOThreadPool) async throws {
        let certificate = try await threads.runIfActive { [settings, logger] in
            try settings.tls.map { try ServerCertificate($0, logger: logger) }
        }
        let (store, copies, tokens, sealer, webhooks) = try await threads.runIfActive { [settings, metrics, logger] in
            let store = try Store(opening: settings.root, options: settings.storeOptions, logger: logger)
            // The root is this process's own now.
            do {
                let copies = EncodedCopies(of: settings.root, byteMaximum: settings.encodedCopies, logger: logger)
                return (
                    store, copies, try TokenBook(of: settings.root, isOpen: settings.anonymous == .all),
                    try RecordSealer(root: settings.root), try Webhooks(settings, metrics: metrics, logger: logger)
                )
            } catch {
                store.close()
                throw error
            }
        }
        let admin = AdminSocket(root: settings.root)
        if admin == nil {
            logger.warning(
                "no admin socket: the path of the root is too long for one",
                metadata: ["root": "\(settings.root)", "bytes.maximum": "\(AdminSocket.pathBytesMaximum)"])
        }
        let account = Accountability(
            audit: settings.audit.file(in: settings.root).map { AuditLog($0, logger: logger) }, sealer: sealer,
            webhooks: webhooks)
        let waiting = WaitingConnections()
        let result: Result<Void, any Error>
        do {
            let executor = StoreExecutor(store: store, threads: threads)
            result = .success(try await serve(executor, copies, tokens, waiting, certificate, account, admin: admin))
        } catch {
            result = .failure(ServerError(listeningOn: settings.listen, failedWith: error) ?? error)
        }
        await waiting.close()
        await account.audit?.close()
        admin?.remove()
        // Through a future, since closing must not be skipped when the task is cancelled.
        try await threads.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
            copies.remove()
            store.close()
        }.get()
        try result.get()
        logger.info("stopped")
    }

    private func serve(
        _ executor: StoreExecutor, _ copies: EncodedCopies, _ tokens: TokenBook, _ waiting: WaitingConnections,
        _ certificate: ServerCertificate?, _ account: Accountability, admin: AdminSocket?
    ) async throws {
        admin?.remove()
        let upstream = try settings.upstreamAccess(logger: logger)
        var services: [any Service] = []
        let activity = Activity()
        let maintenance = Maintenance(
            store: executor.store, settings: settings, activity: activity, metrics: metrics,
            webhooks: account.webhooks, logger: logger)
        if let address = settings.metricsListen {
            services.append(
                MetricsListener(
                    address: address, routes: ServerRoutes(executor: executor, metrics: metrics), waiting: waiting,
                    onListening: onMetricsListening, logger: logger))
        }
        services += [maintenance, history]
        if let webhooks = account.webhooks { services.append(webhooks) }
        let configured = try await NIOThreadPool.singleton.runIfActive { [settings, logger] in
            try ConfiguredAccess(settings, logger: logger)
        }
        services += configured.services
        services.append(TokenUseKeeper(use: tokens.use, logger: logger))
        let control = AccessControl(settings, tokens: tokens, configured: configured, logger: logger)
        logger.info("access", metadata: ["server": "\(control.summary)"])
        let gate = try await NIOThreadPool.singleton.runIfActive { [settings, metrics, logger] in
            try ScanGate(
                settings, executor, tokens: control.registryTokens, webhooks: account.webhooks, metrics: metrics,
                logger: logger)
        }
        if let gate { services.append(gate) }
        if let admin {
            services.append(
                admin.service(
                    executor, maintenance, tokens, history, account, gate, waiting: waiting, logger: logger))
        }
        if let certificate {
            services.append(
                await CertificateWatch(certificate: certificate, interval: .milliseconds(settings.tlsCheckInterval)))
        }
        services.append(web(executor, upstream, copies, activity, control, waiting, certificate, account, gate, admin))
        // One that fails stops the others as a signal does: what is cancelled instead logs that it was, before it is said why.
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
            logger: logger.quietened)
        configuration.maximumGracefulShutdownDuration = .seconds(settings.stopTimeout)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func web(
        _ executor: StoreExecutor, _ upstream: UpstreamAccess, _ copies: EncodedCopies, _ activity: Activity,
        _ control: AccessControl, _ waiting: WaitingConnections, _ certificate: ServerCertificate?,
        _ account: Accountability, _ gate: ScanGate?, _ admin: AdminSocket?
    ) -> some Service {
        let counts = ConnectionCounts(settings.limits)
        observe(counts, executor, account)
        return Application(
            router: router(executor, upstream, copies, activity, control, account, gate),
            server: settings.server(certificate, counts: counts, waiting: waiting),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.listen.host, port: settings.listen.port), serverName: "larderd"),
            onServerRunning: { [settings, logger, onListening] channel in
                let port = channel.localAddress?.port ?? settings.listen.port
                let address = ListenAddress(host: settings.listen.host, port: port)
                let scheme = settings.tls == nil ? "http" : "https"
                // Who is told that the server listens may use both.
                await admin?.waitUntilListening()
                logger.info(
                    "listening",
                    metadata: ["address": "\(address)", "scheme": "\(scheme)", "root": "\(settings.root)"])
                await onListening(port)
            },
            logger: logger.quietened)
    }

    private func observe(_ counts: ConnectionCounts, _ executor: StoreExecutor, _ account: Accountability) {
        metrics.observe { [load = executor.load, audit = account.audit, storeThreads = settings.storeThreads] samples in
            samples.add(.connections, [], counts.count)
            samples.add(.queueDepth, [("queue", "store")], load.waiting)
            samples.add(.queueDepth, [("queue", "audit")], audit?.waiting ?? 0)
            samples.add(.errors, [("source", "audit")], audit?.lost ?? 0)
            samples.add(.storeThreads, [("state", "busy")], load.running)
            samples.add(.storeThreads, [("state", "all")], storeThreads)
        }
    }

    private func router(
        _ executor: StoreExecutor, _ upstream: UpstreamAccess, _ copies: EncodedCopies, _ activity: Activity,
        _ control: AccessControl, _ account: Accountability, _ gate: ScanGate?
    ) -> Router<LarderRequestContext> {
        let router = Router(context: LarderRequestContext.self)
        router.add(middleware: ActivityMeter(activity: activity))
        router.add(middleware: RequestLogging(level: logger.logLevel))
        router.add(middleware: AuditTrail(log: account.audit))
        router.add(middleware: RequestMeter(metrics: metrics))
        router.add(middleware: FailureResponses())
        router.add(middleware: Identification(control: control))
        router.add(middleware: IdentityNote())
        router.add(middleware: RequestLimits(settings.limits))
        ServerRoutes(executor: executor, metrics: metrics).add(to: router)
        let images = ImageCatalog(
            executor: executor, settings: settings.images, upstream: upstream, webhooks: account.webhooks,
            gate: gate, logger: logger)
        let cache = CacheRoutes(
            executor: executor, images: images, scopes: settings.scopeRules, limits: settings.limits,
            sealer: account.sealer, metrics: metrics, history: history)
        cache.add(to: router)
        PageRoutes().add(to: router)
        InsightRoutes(
            executor: executor, history: history, claims: cache.claims, webhooks: account.webhooks, gate: gate
        )
        .add(to: router)
        VerdictRoutes(gate: gate).add(to: router)
        RegistryRoutes(
            executor: executor, rules: settings.tagRules, localProjects: settings.images.localProjects,
            limits: settings.limits,
            mirror: UpstreamMirror(executor: executor, access: upstream, rules: settings.mirrors),
            encodings: LayerEncodings(settings.contentEncodings, copies: copies),
            logIns: RegistryTokenRoutes(control: control), metrics: metrics, webhooks: account.webhooks,
            gate: gate, logger: logger
        ).add(to: router)
        return router
    }
}
