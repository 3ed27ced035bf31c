import Chunking
import TestSupport
import Testing

@testable import ChunkStore

/// What a check finds, and that it finds nothing in a store that is right.
@Suite struct CheckTests {
    private let temporary: TemporaryRoot

    init() throws {
        temporary = try TemporaryRoot()
    }

    @Test(arguments: UInt64(0)..<6)
    func historiesAreClean(seed: UInt64) throws {
        var history = History(seed: seed)
        var store = try temporary.open(history.options)
        for round in 0..<8 {
            try history.run(15, on: &store, in: temporary)
            let report = try store.check()
            #expect(report.isClean, "seed \(seed), round \(round): \(report.findings.map(\.text))")
        }
        #expect(try store.check().frames > 0)
        store.close()
        let report = try Store.check(temporary.root, options: history.options)
        #expect(report.isClean, "seed \(seed): \(report.findings.map(\.text))")
    }
}
