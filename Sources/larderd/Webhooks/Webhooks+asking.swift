import CacheAPI
import Synchronization

/// Which events to send again: what `larderd webhooks redeliver` orders.
struct RedeliveryOrder: Codable, Hashable, Sendable {
    let webhook: String
    /// The id of one event; `nil` for all that were given up.
    var id: String?
}

/// How many events are sent again.
struct RedeliveryReport: Codable, Hashable, Sendable {
    let count: Int
}

/// What came of a test.
struct WebhookTestReport: Codable, Hashable, Sendable {
    let isDelivered: Bool
    /// What came of it, for people.
    let outcome: String
}

extension Webhooks {
    /// How all of them are doing.
    func report() -> WebhooksReport {
        var report = WebhooksReport(queue.contents, current)
        let progress = progress.withLock { $0 }
        report.webhooks = report.webhooks.map { webhook in
            var webhook = webhook
            guard let own = progress[webhook.name], webhook.state != .removed else { return webhook }
            webhook.state = own.isGone ? .gone : own.failures > 0 ? .failing : .working
            (webhook.failures, webhook.lastError, webhook.lastDelivered) = (
                own.failures, own.lastError, own.lastDelivered
            )
            return webhook
        }
        return report
    }

    /// Puts events back that were given up, and tries at once. Blocks.
    /// - Throws: ``APIFailure`` `badRequest`.
    func redeliver(_ order: RedeliveryOrder) throws -> RedeliveryReport {
        let contents = queue.contents
        guard current.all[order.webhook] != nil else { throw noWebhook(order.webhook) }
        let records = try order.records(in: contents, at: Int64(clamping: WallClock.seconds))
        queue.note(records)
        progress.withLock { progress in
            progress[order.webhook]?.isGone = false
            progress[order.webhook]?.failures = 0
        }
        awaken([order.webhook])
        return RedeliveryReport(count: records.count)
    }

    /// Sends an event that says nothing, before all that wait, once.
    /// - Throws: ``APIFailure`` `badRequest`.
    func test(_ name: String) async throws -> WebhookTestReport {
        guard let client = progress.withLock({ $0[name]?.client }), current.all[name] != nil,
            let entry = entry(
                RegistryEvent(.test, project: nil, subject: name), for: [name],
                at: Int64(clamping: WallClock.seconds))
        else { throw noWebhook(name) }
        let outcome = await client.deliver(
            WebhookQueue.Event(
                number: 0, id: entry.id, type: entry.type, time: entry.time,
                body: String(decoding: entry.body, as: UTF8.self)))
        return switch outcome {
        case .delivered: WebhookTestReport(isDelivered: true, outcome: "delivered")
        case .postponed(let reason, _), .refused(let reason), .gone(let reason):
            WebhookTestReport(isDelivered: false, outcome: reason)
        }
    }

    private func noWebhook(_ name: String) -> APIFailure {
        let names = current.all.keys.sorted().joined(separator: ", ")
        return APIFailure(
            .badRequest, "There is no webhook '\(name)'; there are: \(names.isEmpty ? "none" : names).")
    }
}

extension RedeliveryOrder {
    /// What to note in `queue`. It is tried for as long as what happens at `now`, or what is too old would be given up at once.
    /// - Throws: ``APIFailure`` `badRequest`.
    func records(in queue: WebhookQueue, at now: Int64) throws(APIFailure) -> [QueueRecord] {
        let numbers = (queue.givenUp[webhook] ?? []).map(\.number).filter { number in
            id.map { queue.events[number]?.id == $0 } ?? true
        }
        if let id, numbers.isEmpty {
            throw APIFailure(
                .badRequest, "No event '\(id)' was given up for the webhook '\(webhook)'; see `larderd webhooks list`.")
        }
        return numbers.map { number in
            var record = QueueRecord(.again, number, [webhook])
            record.since = now
            return record
        }
    }
}
