/// How webhooks are doing.
struct WebhooksReport: Codable, Hashable, Sendable {
    struct Webhook: Codable, Hashable, Sendable {
        enum State: String, Codable, Sendable {
            /// Nothing waits, or what waits is being delivered.
            case working
            /// The last attempts failed; there are others.
            case failing
            /// The receiver said that it is gone (410); nothing is sent before `larderd webhooks redeliver` or a restart.
            case gone
            /// The settings do not have it any more.
            case removed
        }

        let name: String
        /// Scheme, host and port; `nil` when the settings do not have it.
        let origin: String?
        var state = State.working
        /// How many events wait.
        let waiting: Int
        /// When the oldest of them happened. Seconds since 1970.
        let oldest: Int64?
        /// Attempts that failed in a row.
        var failures = 0
        /// What came of the last that failed since the server runs.
        var lastError: String?
        /// When one succeeded since the server runs. Seconds since 1970.
        var lastDelivered: Int64?
        /// The last events that are not tried any more, the newest last.
        let givenUp: [Abandoned]
        /// How many there are.
        let givenUpCount: Int
    }

    /// An event that is not tried any more.
    struct Abandoned: Codable, Hashable, Sendable {
        let id: String
        let type: String
        let time: Int64
        let reason: String
    }

    /// By name.
    var webhooks: [Webhook]
}

extension WebhooksReport {
    /// What a queue tells, and which webhooks there are.
    init(_ queue: WebhookQueue, _ rules: WebhookRules) {
        let names = Set(rules.all.keys).union(queue.pending.keys).union(queue.givenUp.keys)
        webhooks = names.sorted().map { name in
            let waiting = queue.pending[name] ?? []
            let abandoned = queue.givenUp[name] ?? []
            return Webhook(
                name: name, origin: rules.all[name]?.origin, state: rules.all[name] == nil ? .removed : .working,
                waiting: waiting.count, oldest: waiting.first.flatMap { queue.events[$0]?.time },
                givenUp: abandoned.suffix(20).compactMap { given in
                    queue.events[given.number].map {
                        Abandoned(id: $0.id, type: $0.type, time: $0.time, reason: given.reason)
                    }
                }, givenUpCount: abandoned.count)
        }
    }
}
