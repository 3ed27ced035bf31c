import Chunking
import Testing

@testable import ChunkStore

@Suite struct RecordTests {
    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func putReplaceKeepAndDelete() throws {
        let temporary = try TemporaryRoot()
        var store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        #expect(try store.record(in: .tag, key: key("app"), project: project) == nil)
        #expect(try store.put([1], in: .tag, key: key("app"), project: project))
        #expect(try store.put([2], in: .tag, key: key("app"), project: project))
        #expect(try !store.put([3], in: .tag, key: key("app"), project: project, policy: .keepFirst))
        #expect(try store.record(in: .tag, key: key("app"), project: project) == [2])
        #expect(try store.put([4], in: .tag, key: key("new"), project: project, policy: .keepFirst))
        #expect(try store.delete(in: .tag, key: key("app"), project: project))
        #expect(try !store.delete(in: .tag, key: key("app"), project: project))
        store.close()
        store = try temporary.open()
        #expect(try store.record(in: .tag, key: key("app"), project: project) == nil)
        #expect(try store.record(in: .tag, key: key("new"), project: project) == [4])
    }

    @Test func tablesAndProjectsAreApart() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        for (number, table) in RecordTable.allCases.enumerated() {
            #expect(try store.put([UInt8(number)], in: table, key: key("k"), project: shop))
        }
        for (number, table) in RecordTable.allCases.enumerated() {
            #expect(try store.record(in: table, key: key("k"), project: shop) == [UInt8(number)])
            #expect(try store.record(in: table, key: key("k"), project: bank) == nil)
            #expect(try store.keys(in: table, prefix: [], limit: 10, project: bank).isEmpty)
        }
        #expect(try store.statistics().steps == 1)
    }

    @Test func requiredBlobsMustBeThere() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        let digest = try store.store([1, 2, 3], in: shop).digest
        #expect(try store.put([1], in: .step, key: key("s"), project: shop, references: [.blob(digest)]))
        #expect(
            errorCode { _ = try store.put([1], in: .step, key: key("s"), project: bank, references: [.blob(digest)]) }
                == .missingContent)
        #expect(try store.record(in: .step, key: key("s"), project: bank) == nil)
    }

    @Test func keysByPrefixInOrder() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        for name in ["a/2", "a/1", "b/1", "a/3", "a", "a0"] {
            #expect(try store.put([0], in: .tag, key: key(name), project: project))
        }
        func list(_ prefix: String, after: String? = nil, limit: Int = 100) throws -> [String] {
            try store.keys(
                in: .tag, prefix: key(prefix), after: after.map { key($0) }, limit: limit, project: project
            ).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try list("a/") == ["a/1", "a/2", "a/3"])
        #expect(try list("") == ["a", "a/1", "a/2", "a/3", "a0", "b/1"])
        #expect(try list("a/", after: "a/1") == ["a/2", "a/3"])
        #expect(try list("a/", after: "a/1", limit: 1) == ["a/2"])
        #expect(try list("a/", after: "a/10") == ["a/2", "a/3"])
        #expect(try list("a/", after: "a") == ["a/1", "a/2", "a/3"])
        #expect(try list("a/", after: "z").isEmpty)
        #expect(try list("c").isEmpty)
        #expect(try list("", limit: 0).isEmpty)
    }

    @Test func limits() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let longest = [UInt8](repeating: 7, count: 400)
        #expect(try store.put([1], in: .alias, key: longest, project: project))
        #expect(try store.record(in: .alias, key: longest, project: project) == [1])
        #expect(errorCode { _ = try store.put([1], in: .alias, key: longest + [7], project: project) } == .invalidName)
        #expect(errorCode { _ = try store.put([1], in: .alias, key: [], project: project) } == .invalidName)
        #expect(try store.record(in: .alias, key: longest + longest, project: project) == nil)
        let large = [UInt8](repeating: 1, count: (4 << 20) + (4 << 10))
        #expect(try store.put(large, in: .manifest, key: key("m"), project: project))
        #expect(try store.record(in: .manifest, key: key("m"), project: project) == large)
        #expect(
            errorCode { _ = try store.put(large + [1], in: .manifest, key: key("m"), project: project) }
                == .invalidContent)
        #expect(try store.put([], in: .manifest, key: key("e"), project: project))
        #expect(try store.record(in: .manifest, key: key("e"), project: project) == [])
    }

    @Test func projectNames() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        #expect(try store.project(named: "shop") == nil)
        let shop = try store.makeProject(named: "shop")
        #expect(try store.makeProject(named: "shop") == shop)
        let bank = try store.makeProject(named: "bänk")
        #expect(try store.project(named: "bänk") == bank)
        #expect(try store.projects().map(\.name) == ["shop", "bänk"])
        #expect(try store.projects().map(\.id) == [shop, bank])
        #expect(errorCode { _ = try store.makeProject(named: "") } == .invalidName)
        #expect(errorCode { _ = try store.makeProject(named: String(repeating: "n", count: 129)) } == .invalidName)
    }

    @Test func firstOfManyAtOnceIsKept() async throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        let written = try await withThrowingTaskGroup(of: UInt8?.self) { group in
            for number in UInt8(0)..<20 {
                group.addTask {
                    try store.put([number], in: .step, key: [1], project: project, policy: .keepFirst) ? number : nil
                }
            }
            return try await group.reduce(into: []) { numbers, number in numbers.append(number) }.compactMap { $0 }
        }
        #expect(written.count == 1)
        #expect(try store.record(in: .step, key: [1], project: project) == written)
    }
}
