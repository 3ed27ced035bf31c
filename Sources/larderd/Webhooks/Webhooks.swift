import Access
import FoundationEssentials
import Logging
import NIOPosix
import OCI
import ServiceLifecycle
import Synchronization
import SystemPackage

/// Tells receivers elsewhere what happens to images: keeps events until they have them. What is told is in the queue, on
/// disk, when ``announce(_:)`` returns; how receivers do delays nobody.
///
/// Each webhook is told of one event at a time, in the order in which they happened.
final class Webhooks: Service {
    /// What is known of a webhook since the server runs.
    struct Progress: Sendable {
        /// Whether its events are being delivered, or wait for the next attempt.
        var isBusy = false
        /// Attempts that failed in a row.
        var failures = 0
        /// Attempts at the first event that the receiver refused.
        var refusals = 0
        var isGone = false
        var lastError: String?
        var lastDelivered: Int64?
        /// What waits for the next attempt.
        var pause: Task<Void, Never>?
        var client: WebhookClient?
    }

    /// How often it is looked after what nobody asks for.
    private static let tendInterval = Duration.seconds(30)

    let queue: EventQueue
    let metrics: ServerMetrics
    let logger: Logger
    /// What this server is called in events.
    private let source: String
    private let environment: [String: String]
    private let rules = Mutex(WebhookRules.none)
    let progress = Mutex<[String: Progress]>([:])
    private let deliveries = DueWork()
    private let file = Mutex<WatchedFile<Void>?>(nil)

    /// Those that `settings` name; `nil` for none. Blocks.
    /// - Parameter disk: what the queue is on.
    /// - Throws: ``SettingsError`` with the path and the line of what is wrong.
    init?(
        _ settings: Settings, metrics: ServerMetrics, logger: Logger, disk: RootDisk = .system,
        bounds: WebhookQueue.Bounds = .init()
    ) throws {
        guard let path = settings.webhooks else { return nil }
        (self.metrics, self.logger, environment) = (metrics, logger, settings.environment)
        source = "//\(settings.ownHosts.first?.description ?? settings.listen.description)"
        queue = try EventQueue(in: settings.root, bounds: bounds, disk: disk, logger: logger)
        let watched = try WatchedFile<Void>(path, logger: logger) { [weak self] bytes throws(AccessError) in
            try self?.take(try WebhookRules(parsing: bytes))
        }
        file.withLock { $0 = watched }
        observe()
    }

    /// What is set now.
    var current: WebhookRules { rules.withLock { $0 } }

    private func take(_ fresh: WebhookRules) throws(AccessError) {
        var clients: [String: WebhookClient] = [:]
        for rule in fresh.all.values {
            do {
                clients[rule.name] = try WebhookClient(rule, environment: environment)
            } catch {
                throw AccessError(.invalidRules, "\(error.description.dropLast())")
            }
        }
        rules.withLock { $0 = fresh }
        progress.withLock { progress in
            for (name, client) in clients where progress[name]?.client?.rule != client.rule {
                progress[name, default: Progress()].client = client
                progress[name]?.isGone = false
            }
        }
        awaken(Array(fresh.all.keys))
    }

    private func observe() {
        metrics.observe { [weak self] samples in
            guard let self else { return }
            let now = Int64(clamping: WallClock.seconds)
            for webhook in report().webhooks {
                let label = [("webhook", webhook.name)]
                samples.add(.webhookQueue, label, webhook.waiting)
                samples.add(.webhookOldest, label, webhook.oldest.map { max(0, now - $0) } ?? 0)
                samples.add(.webhookGivenUp, label, webhook.givenUpCount)
            }
            samples.add(.errors, [("source", "webhooks")], queue.failures)
        }
    }

    // MARK: Events

    /// Keeps events for those who are to be told of them. Blocks until they are on disk; never fails.
    func announce(_ events: [RegistryEvent]) {
        let rules = current
        let now = Int64(clamping: WallClock.seconds)
        let entries = events.compactMap { event in entry(event, for: rules.names(for: event), at: now) }
        guard !entries.isEmpty else { return }
        let dropped = queue.add(entries)
        for record in dropped {
            for webhook in record.webhooks { count(webhook, "dropped") }
        }
        if let first = dropped.first {
            logger.error(
                "THE QUEUE OF A WEBHOOK IS FULL: it is not told of the oldest events",
                metadata: ["webhook": "\(first.webhooks.joined())", "events": "\(dropped.count)"])
        }
        deliveries.look()
    }

    /// - Parameter webhooks: whom to tell.
    func entry(_ event: RegistryEvent, for webhooks: [String], at now: Int64) -> EventQueue.Entry? {
        guard !webhooks.isEmpty else { return nil }
        let id = "evt_" + UUID().uuidString.lowercased()
        do {
            let body = try event.cloudEvent(id: id, source: source, time: Timestamp.text(seconds: now))
            return EventQueue.Entry(id: id, type: event.kind.rawValue, time: now, body: body, webhooks: webhooks)
        } catch {
            // Texts and numbers always encode.
            logger.error("an event cannot be written", metadata: ["event": "\(event.kind)", "error": "\(error)"])
            return nil
        }
    }

    func count(_ webhook: String, _ result: String, _ amount: Int = 1) {
        metrics.add(.webhookDeliveries, [("webhook", webhook), ("result", result)], amount)
    }

    /// Lets webhooks try at once what they would try later.
    func awaken(_ names: [String]) {
        let pauses = progress.withLock { progress in names.compactMap { progress[$0]?.pause } }
        for pause in pauses { pause.cancel() }
        deliveries.look()
    }

    // MARK: Service

    /// Delivers until the server stops. What is under way then is delivered again by the next.
    func run() async throws {
        await deliveries.run(beside: [watch, tend], due: idle, work: drain)
        let clients = progress.withLock { progress in progress.values.compactMap(\.client) }
        for client in clients { await client.shutdown() }
    }

    @Sendable private func watch() async {
        try? await file.withLock({ $0 })?.run()
    }

    @Sendable private func tend() async {
        deliveries.look()
        while !Task.isCancelled {
            try? await NIOThreadPool.singleton.runIfActive { [self] in
                queue.tend()
                giveUpOld()
            }
            try? await Task.sleep(for: Self.tendInterval)
            deliveries.look()
        }
    }

    /// Those that have something to tell and do not yet; they are busy from now on.
    @Sendable private func idle() -> [String] {
        let names = current.all.keys
        return progress.withLock { progress in
            names.filter { name in
                var own = progress[name] ?? Progress()
                guard !own.isBusy, !own.isGone, own.client != nil, queue.next(for: name) != nil else { return false }
                own.isBusy = true
                progress[name] = own
                return true
            }
        }
    }
}
