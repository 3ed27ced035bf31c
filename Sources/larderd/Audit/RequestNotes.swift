import Access
import CacheAPI
import OCI
import Synchronization

/// What becomes known of a request while it is answered: who asks, and what its body is about. It goes with the task, so
/// that neither has to be handed through everything that a route calls.
final class RequestNotes: Sendable {
    struct Contents: Sendable {
        var identity = Identity.anonymous
        var scope: ScopeName?
        var repository: String?
        var reference: String?
        var tags: [TagName] = []
        /// How many steps were taken over into ``scope``.
        var promoted = 0
        /// Whether rights were missing though the answer does not say so.
        var isRefused = false
    }

    /// Those of the request that this task answers; `nil` when it answers none.
    @TaskLocal static var current: RequestNotes?

    private let state = Mutex(Contents())
    private let name = Mutex<String?>(nil)
    private let receivedBytes = Atomic(0)

    /// How much was read of the request's body. Bytes.
    var received: Int { receivedBytes.load(ordering: .relaxed) }

    /// Notes that more of the body was read.
    func count(received: Int) { receivedBytes.add(received, ordering: .relaxed) }

    /// The route's name in its table, with its API before it, as in `cache.lookup`; `nil` for what is no route.
    var route: String? { name.withLock { $0 } }

    /// Notes the route.
    func note<Table: RouteTable>(_ route: Table) { name.withLock { $0 = "\(Table.title).\(route.rawValue)" } }

    /// What is known.
    var contents: Contents { state.withLock { $0 } }

    /// Notes something.
    func note(_ change: (inout Contents) -> Void) { state.withLock { change(&$0) } }

    /// Who asks, as what they write is kept with.
    /// - Parameter now: seconds since 1970.
    static func author(at now: Int64) -> RecordAuthor? {
        current.map { notes in
            let identity = notes.contents.identity
            return RecordAuthor(identity: identity.description, job: identity.job, time: now)
        }
    }
}
