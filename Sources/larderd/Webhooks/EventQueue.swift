import FoundationEssentials
import Logging
import Synchronization
import SystemPackage

/// The events that webhooks are to be told of, on disk. What ``add(_:)`` has taken is there after a crash; that an event was
/// delivered may be forgotten in one, so that it is delivered again.
///
/// A disk that fails costs nothing but that: events are kept in memory, and all of them are written anew, into another file,
/// as soon as that works. All calls block.
final class EventQueue: Sendable {
    /// An event for the queue.
    struct Entry: Sendable {
        let id: String
        let type: String
        let time: Int64
        let body: [UInt8]
        let webhooks: [String]
    }

    private struct State {
        var queue: WebhookQueue
        /// `nil` while the disk does not take anything.
        var file: QueueFile?
        /// How long the file was when all of it was written last.
        var lengthAnew = 0
        /// When it is tried again.
        var retry = ContinuousClock.now
    }

    /// A file of which less is of use is written anew. Bytes.
    private static let uselessMaximum = 1 << 20

    private let path: FilePath
    private let bounds: WebhookQueue.Bounds
    private let disk: RootDisk
    /// How soon a disk that failed is tried again.
    private let retryInterval: Duration
    private let logger: Logger
    private let state: Mutex<State>
    private let failureCount = Atomic(0)

    /// The queue of `root`, which must be this process's.
    /// - Throws: when there is one that cannot be read.
    init(
        in root: FilePath, bounds: WebhookQueue.Bounds = .init(), disk: RootDisk = .system,
        retryInterval: Duration = .seconds(5), logger: Logger
    ) throws {
        let path = root.appending("webhooks.queue")
        (self.path, self.bounds, self.disk, self.logger) = (path, bounds, disk, logger)
        self.retryInterval = retryInterval
        let (records, isDamaged) = try QueueFile.read(path)
        var queue = WebhookQueue()
        for record in records { queue.apply(record) }
        if isDamaged {
            logger.warning(
                "the queue of webhooks had lines that are no whole records; the others are kept",
                metadata: ["path": "\(path)", "records": "\(records.count)"])
        }
        state = Mutex(State(queue: queue))
        state.withLock { repair(&$0) }
    }

    /// How often the disk did not take something.
    var failures: Int { failureCount.load(ordering: .relaxed) }

    /// What there is.
    var contents: WebhookQueue { state.withLock { $0.queue } }

    /// The event that a webhook is told of next.
    func next(for webhook: String) -> WebhookQueue.Event? { state.withLock { $0.queue.next(for: webhook) } }

    /// Takes events. They are durable when this returns, unless the disk fails, which is logged.
    /// - Returns: what had to go for them, with the webhooks that are not told of it.
    @discardableResult
    func add(_ entries: [Entry]) -> [QueueRecord] {
        let (dropped, file, position) = state.withLock { state -> ([QueueRecord], QueueFile?, Int) in
            var records: [QueueRecord] = []
            for entry in entries where !entry.webhooks.isEmpty {
                var record = QueueRecord(.event, state.queue.nextNumber, entry.webhooks)
                (record.id, record.type, record.time) = (entry.id, entry.type, entry.time)
                record.body = String(decoding: entry.body, as: UTF8.self)
                state.queue.apply(record)
                records.append(record)
            }
            let surplus = trim(&state)
            let position = write(records + surplus, &state)
            return (surplus.filter { $0.kind == .givenUp }, state.file, position)
        }
        if let file { makeDurable(file, upTo: position) }
        return dropped
    }

    /// Notes what became of events. It may be lost in a crash.
    func note(_ records: [QueueRecord]) {
        state.withLock { state in
            for record in records { state.queue.apply(record) }
            _ = write(records + trim(&state), &state)
        }
    }

    /// Tries again to write what a failed disk did not take.
    func tend() {
        state.withLock { if $0.file == nil { repair(&$0) } }
    }

    private func trim(_ state: inout State) -> [QueueRecord] {
        var all: [QueueRecord] = []
        // What is given up is bounded, too.
        while case let surplus = state.queue.surplus(beyond: bounds), !surplus.isEmpty {
            for record in surplus { state.queue.apply(record) }
            all += surplus
        }
        return all
    }

    // MARK: The file

    /// Appends records, or writes everything anew. Where the file ends now.
    private func write(_ records: [QueueRecord], _ state: inout State) -> Int {
        guard let file = state.file else {
            repair(&state)
            return state.file?.length ?? 0
        }
        do {
            let position = try file.append(records.flatMap(\.line))
            // Lines are longer than bodies: by these alone, a queue of small ones would be written anew each time.
            if position > max(Self.uselessMaximum, 4 * state.queue.byteCount, 2 * state.lengthAnew) { repair(&state) }
            return position
        } catch {
            fail(&state, error)
            repair(&state)
            return state.file?.length ?? 0
        }
    }

    private func makeDurable(_ file: QueueFile, upTo position: Int) {
        do {
            try file.makeDurable(upTo: position)
        } catch {
            state.withLock { state in
                guard state.file === file else { return }
                // What a failed sync has left of a file is not known (a later one may say that all is well).
                fail(&state, error)
                repair(&state)
            }
        }
    }

    private func repair(_ state: inout State) {
        guard state.file != nil || state.retry <= .now else { return }
        do {
            let lines = state.queue.records.flatMap(\.line)
            state.file = try QueueFile.replacing(path, with: lines, disk)
            state.lengthAnew = lines.count
        } catch {
            fail(&state, error)
            state.retry = .now + retryInterval
        }
    }

    private func fail(_ state: inout State, _ error: any Error) {
        state.file = nil
        failureCount.add(1, ordering: .relaxed)
        logger.error(
            "THE QUEUE OF WEBHOOKS CANNOT BE WRITTEN: what they are to be told is in memory alone",
            metadata: ["path": "\(path)", "error": "\(error)"])
    }
}
