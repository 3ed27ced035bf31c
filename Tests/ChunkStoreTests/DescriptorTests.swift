import Synchronization
import SystemPackage
import Testing

@testable import ChunkStore

/// A descriptor that is closed twice closes what another thread has opened in between.
@Suite struct DescriptorTests {
    /// How often each descriptor was closed without having been opened before.
    private final class Ledger: Sendable {
        private let open = Mutex<Set<Int32>>([])
        private let surplus = Atomic<Int>(0)

        var surplusCount: Int { surplus.load(ordering: .relaxed) }
        var openCount: Int { open.withLock(\.count) }

        func disk() -> Disk {
            var disk = Disk.system
            let system = disk
            disk.open = { path, mode, options throws(Errno) in
                let descriptor = try system.open(path, mode, options)
                self.open.withLock { _ = $0.insert(descriptor.rawValue) }
                return descriptor
            }
            disk.close = { descriptor in
                let wasOpen = self.open.withLock { $0.remove(descriptor.rawValue) != nil }
                // A surplus close is not passed on: it would hurt the tests beside this one.
                if wasOpen { system.close(descriptor) } else { self.surplus.add(1, ordering: .relaxed) }
            }
            return disk
        }
    }

    @Test func aRefusedRootIsClosedOnce() throws {
        let temporary = try TemporaryRoot()
        let first = try temporary.open()
        let ledger = Ledger()
        #expect(throws: StoreError.self) { try temporary.open(disk: ledger.disk()) }
        #expect(ledger.surplusCount == 0)
        #expect(ledger.openCount == 0)
        first.close()
    }
}
