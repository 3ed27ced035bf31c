internal import Synchronization

/// Small records that were used lately and whose rows do not say so yet.
final class RecentUse: Sendable {
    /// One that does not fit is not noted: then a record may be evicted a little too early.
    static let countMaximum = 65_536

    struct Item: Hashable, Sendable {
        let table: RecordTable
        let project: ProjectID
        let key: [UInt8]
    }

    private let items = Mutex<Set<Item>>([])

    func note(_ item: Item) {
        items.withLock { items in
            if items.count < Self.countMaximum { items.insert(item) }
        }
    }

    /// Whether `item` was noted since the last ``take()``.
    func contains(_ item: Item) -> Bool { items.withLock { $0.contains(item) } }

    /// All that was noted since the last call.
    func take() -> [Item] {
        items.withLock { items in
            defer { items = [] }
            return Array(items)
        }
    }
}
