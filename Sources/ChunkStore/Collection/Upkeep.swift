internal import Glibc
internal import Synchronization

/// Lets one piece of background work run at a time, and remembers when each was done.
final class Upkeep: Sendable {
    private let isBusy = Monitor(false)
    private let done = Mutex(UpkeepTimes())

    /// When each kind of work was last done.
    var times: UpkeepTimes { done.withLock { $0 } }

    func exclusively<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        isBusy.wait { isBusy -> Void? in
            if isBusy { return nil }
            isBusy = true
            return ()
        }
        defer { isBusy.with { $0 = false } }
        return try body()
    }

    /// Notes that a kind of work was done just now.
    func note(_ kind: WritableKeyPath<UpkeepTimes, UInt64?>) {
        let now = UInt64(max(0, time(nil)))
        done.withLock { $0[keyPath: kind] = now }
    }
}
