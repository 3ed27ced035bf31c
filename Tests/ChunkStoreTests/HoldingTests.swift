import Chunking
import Testing

@testable import ChunkStore

@Suite("Holding and expiry of records")
struct HoldingTests {
    private static func options(_ clock: TestClock) -> Store.Options {
        var options = Store.Options()
        options.monotonicSeconds = { clock.now }
        return options
    }

    private static let bytes = [UInt8](repeating: 9, count: 100_000)

    private static func keep(_ bytes: [UInt8], in project: ProjectID, of store: Store) throws -> Digest {
        var writer = store.beginBlob(in: project)
        try unsafe writer.write(bytes.span.bytes)
        return try writer.commit(expecting: nil).digest
    }

    @Test func whatARecordRefersToIsHeldWhenItIsLookedUp() throws {
        let (temporary, clock) = (try TemporaryRoot(), TestClock(1_000_000))
        let store = try temporary.open(Self.options(clock))
        let project = try store.makeProject(named: "shop")
        let blob = try Self.keep(Self.bytes, in: project, of: store)
        let references = [Reference.blob(blob), .record(.alias, [1])]
        _ = try store.put([], in: .alias, key: [1], project: project)
        _ = try store.put([7], in: .manifest, key: [1], project: project, references: references)
        clock.pass(100_000)
        let held = try #require(try store.hold(.manifest, key: [1], project: project))
        #expect(held == HeldRecord(value: [7], references: references, missing: []))
        #expect(try store.hold(.manifest, key: [2], project: project) == nil)
        #expect(try store.delete(in: .manifest, key: [1], project: project))
        #expect(try store.collect().removedBlobs == 0)
        #expect(try !store.deleteUnreferenced(in: .alias, key: [1], project: project, unusedFor: 0))
        clock.pass(100_000)
        #expect(try store.collect().removedBlobs == 1)
    }

    @Test func whatIsGoneIsNamed() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        _ = try store.put([], in: .alias, key: [1], project: project)
        _ = try store.put([7], in: .manifest, key: [1], project: project, references: [.record(.alias, [1])])
        _ = try store.delete(in: .alias, key: [1], project: project)
        #expect(try store.hold(.manifest, key: [1], project: project)?.missing == [.record(.alias, [1])])
        #expect(try store.references(in: .manifest, key: [1], project: project) == [.record(.alias, [1])])
        #expect(try store.references(in: .manifest, key: [2], project: project).isEmpty)
    }

    @Test func aBlobIsDeletedAtOnceUnlessSomethingRefersToIt() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let other = try store.makeProject(named: "other")
        let blob = try Self.keep(Self.bytes, in: project, of: store)
        try store.share([blob], from: project, with: other)
        _ = try store.put([], in: .manifest, key: [1], project: project, references: [.blob(blob)])
        #expect(try store.deleteBlob(blob, in: project) == .inUse)
        _ = try store.delete(in: .manifest, key: [1], project: project)
        #expect(try store.deleteBlob(blob, in: project) == .deleted)
        #expect(try store.deleteBlob(blob, in: project) == .absent)
        #expect(try store.blob(blob, in: project) == nil)
        #expect(try store.blob(blob, in: other)?.size == UInt64(Self.bytes.count))
        #expect(try Self.keep(Self.bytes, in: project, of: store) == blob)
        #expect(try store.deleteBlob(blob, in: other) == .deleted)
        #expect(try store.check().isClean)
    }

    @Test func recordsExpire() throws {
        let (temporary, clock) = (try TemporaryRoot(), TestClock(1_000_000))
        let store = try temporary.open(Self.options(clock))
        let project = try store.makeProject(named: "shop")
        for number in UInt8(1)...5 { _ = try store.put([], in: .alias, key: [0, number], project: project) }
        _ = try store.put([], in: .step, key: [1], project: project, references: [.record(.alias, [0, 2])])
        func expire(_ key: [UInt8], _ age: UInt64?) throws -> Bool {
            try store.deleteUnreferenced(in: .alias, key: key, project: project, unusedFor: age)
        }
        #expect(try expire([0, 1], nil))
        #expect(try !expire([0, 1], nil))
        #expect(try !expire([0, 2], nil))
        #expect(try !expire([0, 3], 0))
        clock.pass(8_000)
        #expect(try !expire([0, 3], 9_000))
        #expect(try expire([0, 3], 0))
        try store.touch(.alias, key: [0, 4], project: project)
        #expect(try !expire([0, 4], 0))
        try store.noteUse()
        #expect(try !expire([0, 4], 0))
        let summaries = try store.summaries(in: .alias, prefix: [0], after: [0, 2], limit: 9, project: project)
        #expect(summaries.map(\.key) == [[0, 4], [0, 5]])
        #expect(summaries[0].used > summaries[1].used)
        #expect(try store.summary(in: .alias, key: [0, 2], project: project)?.references == 1)
        #expect(try store.summary(in: .alias, key: [0, 3], project: project) == nil)
    }
}
