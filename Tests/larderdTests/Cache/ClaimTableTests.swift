import CacheAPI
import Chunking
import TestSupport
import Testing

@testable import larderd

@Suite("Who builds which step")
struct ClaimTableTests {
    private let project = ProjectName.default

    private func key(_ number: Int) -> Digest { Digest(hashing: [UInt8(number)]) }

    private func place(_ number: Int, _ scope: ScopeName = .main) -> ClaimTable.Place {
        ClaimTable.Place(project: project, scope: scope, key: key(number))
    }

    private func builder(_ id: String) -> ClaimTable.BuilderID { ClaimTable.BuilderID(project: project, id: id) }

    private func holder(_ table: ClaimTable, _ number: Int, for id: String, at now: Double = 0) -> String? {
        table.holder(of: key(number), project: project, scopes: [.main], but: builder(id), at: now)?.writer
    }

    @Test("The first one has it, and for others only")
    func first() throws {
        var table = ClaimTable()
        #expect(
            table.claim([place(1), place(2)], keeping: [], for: builder("a"), writer: "A", scope: .main, at: 0).count
                == 2)
        #expect(
            table.claim([place(2), place(3)], keeping: [], for: builder("b"), writer: "B", scope: .main, at: 0) == [
                place(3)
            ])
        #expect(holder(table, 1, for: "b") == "A")
        #expect(holder(table, 2, for: "a") == nil)
        #expect(holder(table, 3, for: "a") == "B")
        let other = try #require(ScopeName("other"))
        #expect(table.holder(of: key(1), project: project, scopes: [other], but: builder("b"), at: 0) == nil)
        let stranger = ProjectName("stranger") ?? .default
        #expect(table.holder(of: key(1), project: stranger, scopes: [.main], but: builder("b"), at: 0) == nil)
    }

    @Test("Recorded, given back, not needed any more")
    func ends() {
        var table = ClaimTable()
        _ = table.claim(
            [1, 2, 3, 4].map { place($0) }, keeping: [], for: builder("a"), writer: "A", scope: .main, at: 0)
        table.release(place(1))
        table.release([key(2)], of: builder("a"))
        #expect((1...4).map { holder(table, $0, for: "b") } == [nil, nil, "A", "A"])
        // The next look-up needs another step, and step 3 was begun.
        #expect(
            table.claim([place(5)], keeping: [place(3), place(9)], for: builder("a"), writer: "A", scope: .main, at: 0)
                == [place(5)])
        #expect([3, 4, 5, 9].map { holder(table, $0, for: "b") } == ["A", nil, "A", nil])
        table.release(nil, of: builder("a"))
        #expect(table.count == 0)
    }

    @Test("A build that dies loses what it had")
    func expiry() {
        var table = ClaimTable()
        _ = table.claim([place(1)], keeping: [], for: builder("a"), writer: "A", scope: .main, at: 0)
        table.renew(builder("a"), at: 15)
        #expect(holder(table, 1, for: "b", at: 15 + ClaimRenewal.lifetime - 1) == "A")
        #expect(holder(table, 1, for: "b", at: 15 + ClaimRenewal.lifetime) == nil)
        _ = table.claim(
            [place(1)], keeping: [], for: builder("b"), writer: "B", scope: .main, at: 15 + ClaimRenewal.lifetime)
        #expect(holder(table, 1, for: "a", at: 15 + ClaimRenewal.lifetime) == "B")
    }

    @Test("A build runs until it ends, though it holds nothing")
    func builds() throws {
        var table = ClaimTable()
        let scope = try #require(ScopeName("feature"))
        _ = table.claim([place(1)], keeping: [], for: builder("a"), writer: "A", scope: .main, at: 0)
        _ = table.claim([], keeping: [], for: builder("b"), writer: "B", scope: scope, at: 1)
        _ = table.claim([], keeping: [], for: builder("a"), writer: "A", scope: .main, at: 5)
        let builds = table.builds(in: project, at: 6).sorted { $0.writer < $1.writer }
        #expect(builds.map(\.writer) == ["A", "B"] && builds.map(\.scope) == [.main, scope])
        #expect(builds.map(\.since) == [0, 1] && builds.map(\.count) == [0, 0])
        table.release(nil, of: builder("b"))
        #expect(table.builds(in: project, at: 6).map(\.writer) == ["A"])
        #expect(table.builds(in: project, at: 5 + ClaimRenewal.lifetime).isEmpty)
    }

    /// At any time each step has at most one holder that lives, and each holder knows of it.
    @Test("As a naive list has it", arguments: seeds)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ClaimTable()
        var model: [Int: String] = [:]
        var expiry: [String: Double] = [:]
        var now = 0.0
        for _ in 0..<2000 {
            now += Double(Int.random(in: 0...6, using: &random))
            let id = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
            for (number, holder) in model where (expiry[holder] ?? 0) <= now { model[number] = nil }
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let wanted = Set((0..<3).map { _ in Int.random(in: 0..<6, using: &random) })
                _ = table.claim(
                    wanted.map { place($0) }, keeping: [], for: builder(id), writer: id, scope: .main, at: now)
                for (number, holder) in model where holder == id && !wanted.contains(number) { model[number] = nil }
                for number in wanted where model[number] == nil { model[number] = id }
                expiry[id] = now + ClaimRenewal.lifetime
            case 2:
                let number = Int.random(in: 0..<6, using: &random)
                table.release(place(number))
                model[number] = nil
            default:
                if (expiry[id] ?? 0) > now {
                    table.renew(builder(id), at: now)
                    expiry[id] = now + ClaimRenewal.lifetime
                }
            }
            for number in 0..<6 {
                #expect(holder(table, number, for: "nobody", at: now) == model[number], "seed \(seed)")
            }
        }
    }
}
