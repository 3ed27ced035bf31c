/// Which events each webhook is still to be told of, in which order, and which were given up. A value: what changes it are
/// ``QueueRecord``s, so that reading those of a file again gives the same queue.
struct WebhookQueue: Sendable {
    /// How much may wait.
    struct Bounds: Sendable {
        /// Events for one webhook.
        var countMaximum = 10_000
        /// Bodies of all events together. Bytes.
        var byteCountMaximum = 16 << 20
        /// Events for one webhook that were given up and can be sent again.
        var givenUpMaximum = 1_000
    }

    struct Event: Hashable, Sendable {
        let number: UInt64
        let id: String
        let type: String
        /// When it happened. Seconds since 1970.
        let time: Int64
        let body: String
        /// Since when it is tried to tell webhooks, if not since it happened. Seconds since 1970.
        var since: Int64?
    }

    /// An event that is not tried any more.
    struct GivenUp: Hashable, Sendable {
        let number: UInt64
        let reason: String
    }

    private(set) var events: [UInt64: Event] = [:]
    /// The numbers of those that wait, the oldest first.
    private(set) var pending: [String: [UInt64]] = [:]
    private(set) var givenUp: [String: [GivenUp]] = [:]
    /// Of the bodies of ``events``. Bytes.
    private(set) var byteCount = 0
    /// For how many webhooks each event is kept.
    private var uses: [UInt64: Int] = [:]
    private var last: UInt64 = 0

    /// What the next event is called.
    var nextNumber: UInt64 { last + 1 }

    /// The event that a webhook is told of next.
    func next(for webhook: String) -> Event? { pending[webhook]?.first.flatMap { events[$0] } }

    // MARK: Changes

    /// Takes over what a record says. One about what is not there changes nothing.
    mutating func apply(_ record: QueueRecord) {
        switch record.kind {
        case .event: add(record)
        case .delivered:
            for webhook in record.webhooks where removePending(record.number, webhook) { release(record.number) }
        case .givenUp:
            for webhook in record.webhooks where removePending(record.number, webhook) {
                givenUp[webhook, default: []].append(GivenUp(number: record.number, reason: record.reason ?? ""))
            }
        case .again:
            for webhook in record.webhooks where removeGivenUp(record.number, webhook) {
                let place = pending[webhook]?.firstIndex { $0 > record.number } ?? pending[webhook]?.count ?? 0
                pending[webhook, default: []].insert(record.number, at: place)
                events[record.number]?.since = record.since
            }
        case .forgotten:
            for webhook in record.webhooks where removeGivenUp(record.number, webhook) { release(record.number) }
        }
    }

    private mutating func add(_ record: QueueRecord) {
        guard let id = record.id, let type = record.type, let time = record.time, let body = record.body,
            record.number > 0, events[record.number] == nil
        else { return }
        last = max(last, record.number)
        let webhooks = Set(record.webhooks)
        guard !webhooks.isEmpty else { return }
        events[record.number] = Event(
            number: record.number, id: id, type: type, time: time, body: body, since: record.since)
        byteCount += body.utf8.count
        uses[record.number] = webhooks.count
        for webhook in webhooks { pending[webhook, default: []].append(record.number) }
    }

    private mutating func removePending(_ number: UInt64, _ webhook: String) -> Bool {
        guard let index = pending[webhook]?.firstIndex(of: number) else { return false }
        pending[webhook]?.remove(at: index)
        if pending[webhook]?.isEmpty == true { pending[webhook] = nil }
        return true
    }

    private mutating func removeGivenUp(_ number: UInt64, _ webhook: String) -> Bool {
        guard let index = givenUp[webhook]?.firstIndex(where: { $0.number == number }) else { return false }
        givenUp[webhook]?.remove(at: index)
        if givenUp[webhook]?.isEmpty == true { givenUp[webhook] = nil }
        return true
    }

    private mutating func release(_ number: UInt64) {
        let left = (uses[number] ?? 1) - 1
        uses[number] = left
        guard left <= 0 else { return }
        uses[number] = nil
        if let event = events.removeValue(forKey: number) { byteCount -= event.body.utf8.count }
    }

    // MARK: Bounds

    /// What has to go for this to be within `bounds`: the oldest, since what is new matters more to receivers.
    func surplus(beyond bounds: Bounds) -> [QueueRecord] {
        var records: [QueueRecord] = []
        for (webhook, numbers) in pending where numbers.count > bounds.countMaximum {
            records += numbers.prefix(numbers.count - bounds.countMaximum).map {
                QueueRecord(.givenUp, $0, [webhook], reason: Self.fullReason)
            }
        }
        for (webhook, list) in givenUp where list.count > bounds.givenUpMaximum {
            records += list.prefix(list.count - bounds.givenUpMaximum).map {
                QueueRecord(.forgotten, $0.number, [webhook])
            }
        }
        return records.isEmpty && byteCount > bounds.byteCountMaximum ? oversize(bounds) : records
    }

    /// The same when bodies are too large together: what was given up goes first, and for good.
    private func oversize(_ bounds: Bounds) -> [QueueRecord] {
        var records: [QueueRecord] = []
        var left = byteCount
        let abandoned = Set(givenUp.values.flatMap { $0.map(\.number) })
        let waiting = events.keys.filter { !abandoned.contains($0) }
        for number in abandoned.sorted() + waiting.sorted() {
            guard left > bounds.byteCountMaximum, let event = events[number] else { break }
            left -= event.body.utf8.count
            for (webhook, numbers) in pending where numbers.contains(number) {
                records.append(QueueRecord(.givenUp, number, [webhook], reason: Self.fullReason))
                records.append(QueueRecord(.forgotten, number, [webhook]))
            }
            for (webhook, list) in givenUp where list.contains(where: { $0.number == number }) {
                records.append(QueueRecord(.forgotten, number, [webhook]))
            }
        }
        return records
    }

    static let fullReason = "the queue was full"

    // MARK: Files

    /// Records that give this queue, and no more.
    var records: [QueueRecord] {
        var webhooks: [UInt64: [String]] = [:]
        for (webhook, numbers) in pending { for number in numbers { webhooks[number, default: []].append(webhook) } }
        var reasons: [QueueRecord] = []
        for (webhook, list) in givenUp {
            for event in list {
                webhooks[event.number, default: []].append(webhook)
                reasons.append(QueueRecord(.givenUp, event.number, [webhook], reason: event.reason))
            }
        }
        let kept = events.keys.sorted().compactMap { number in
            events[number].map { QueueRecord($0, webhooks[number, default: []].sorted()) }
        }
        return kept + reasons
    }
}

extension QueueRecord {
    init(_ event: WebhookQueue.Event, _ webhooks: [String]) {
        self.init(.event, event.number, webhooks)
        (id, type, time, body, since) = (event.id, event.type, event.time, event.body, event.since)
    }
}
