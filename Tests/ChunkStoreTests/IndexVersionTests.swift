import Chunking
import Testing

@testable import ChunkStore

@Suite("Versions of the index")
struct IndexVersionTests {
    private static let bytes = [UInt8](repeating: 7, count: 10_000)

    private static func keepBlob(in project: ProjectID, of store: Store) throws -> Digest {
        var writer = store.beginBlob(in: project)
        try unsafe writer.write(bytes.span.bytes)
        return try writer.commit(expecting: nil).digest
    }

    @Test func aVersionIsCurrentUntilAnythingChanges() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let blob = try Self.keepBlob(in: project, of: store)
        _ = try store.put([1], in: .tag, key: [1], project: project)
        var version = try store.version

        /// Whether `change` makes what was known before it old; what comes next begins with the new version.
        func isSeen(_ change: () throws -> Void) throws -> Bool {
            let before = store.isCurrent(version)
            try change()
            let after = store.isCurrent(version)
            version = try store.version
            return before && !after
        }

        _ = try store.record(in: .tag, key: [1], project: project)
        _ = try store.hold(.tag, key: [1], project: project)
        _ = try store.blob(blob, in: project)
        #expect(store.isCurrent(version))
        #expect(try isSeen { _ = try store.put([2], in: .tag, key: [1], project: project) })
        #expect(try isSeen { _ = try store.delete(in: .tag, key: [1], project: project) })
        #expect(try isSeen { _ = try store.deleteBlob(blob, in: project) })
        #expect(try isSeen { _ = try Self.keepBlob(in: project, of: store) })
        #expect(try isSeen { _ = try store.makeProject(named: "other") })
        store.close()
        #expect(!store.isCurrent(version))
    }

    @Test("A version that is read while others commit is never taken for a newer one")
    func concurrentCommits() async throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        _ = try store.put([0], in: .tag, key: [1], project: project)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1...100 { _ = try store.put([UInt8(number)], in: .tag, key: [1], project: project) }
            }
            group.addTask {
                for _ in 0..<2_000 {
                    let version = try store.version
                    let value = try store.record(in: .tag, key: [1], project: project)
                    let again = try store.record(in: .tag, key: [1], project: project)
                    if store.isCurrent(version) { #expect(value == again) }
                }
            }
            try await group.waitForAll()
        }
    }
}
