import TestSupport
import Testing

@testable import ChunkStore

/// Packing and collection take turns.
@Suite struct PackingTurnsTests {
    /// A bug that was found: as long as uploads came faster than they were packed, packing did not end, and nothing was
    /// collected meanwhile.
    @Test func packingEndsAlthoughMoreComesAllTheTime() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3 { try store.store(randomTar(&random, files: 2, sizeMaximum: 5000), in: project) }
        var more = 0
        var failure: (any Error)?
        let report = try store.pack {
            guard more < 200 else { return true }
            more += 1
            do {
                try store.store(randomTar(&random, files: 1, sizeMaximum: 2000), in: project)
            } catch {
                failure = error
            }
            return false
        }
        #expect(failure == nil)
        #expect(report.isComplete && report.blobs == 3 && more > 3 && more < 200)
        let rest = try store.pack()
        #expect(rest.isComplete && rest.blobs == more)
    }
}
