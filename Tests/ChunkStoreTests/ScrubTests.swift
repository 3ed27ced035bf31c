import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Scrubbing finds damage before anybody reads it, and what it finds is stored again.
@Suite struct ScrubTests {
    private let temporary: TemporaryRoot
    private var options = Store.Options()

    init() throws {
        temporary = try TemporaryRoot()
        options.chunkFileSize = 200_000
    }

    private func fill() throws -> (blobs: [[UInt8]], project: ProjectID) {
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 500)
        let blobs = (0..<8).map { _ in randomTar(&random, files: 3, sizeMaximum: 60_000) }
        for bytes in blobs { try store.store(bytes, in: project) }
        _ = try store.put([1], in: .tag, key: [1], project: project)
        store.close()
        return (blobs, project)
    }

    @Test func aSoundStoreIsSound() throws {
        _ = try fill()
        let store = try temporary.open(options)
        let report = try store.scrub()
        #expect(report.isComplete && report.damaged == 0 && report.lastPassEnded != nil)
        let stored = try store.statistics()
        #expect(report.bytes > stored.liveBytes && report.bytes < stored.storedBytes - stored.indexBytes)
        #expect(try store.upkeepTimes().scrubbed == report.lastPassEnded)
    }

    @Test func itGoesOnWhereItStopped() throws {
        _ = try fill()
        var bytes: UInt64 = 0
        var isComplete = false
        var runs = 0
        while !isComplete, runs < 100 {
            let store = try temporary.open(options)
            var slices = 1
            let report = try store.scrub {
                slices -= 1
                return slices < 0
            }
            bytes += report.bytes
            isComplete = report.isComplete
            runs += 1
            store.close()
        }
        let all = try temporary.open(options).scrub()
        #expect(isComplete && runs > 3)
        #expect(all.bytes == bytes)
    }

    @Test(arguments: UInt64(0)..<8)
    func whatIsDamagedIsMissingAndHeals(seed: UInt64) throws {
        let (blobs, project) = try fill()
        var random = SeededGenerator(seed: seed)
        let files = try temporary.chunkFiles()
        for _ in 0..<3 {
            guard let file = files.randomElement(using: &random) else { break }
            let range = ChunkFileHeader.byteCount..<(try contents(of: file).count)
            try flipBit(of: file, at: Int.random(in: range, using: &random))
        }
        let store = try temporary.open(options)
        _ = try store.scrub()
        for bytes in blobs {
            let read = try? store.contents(of: Digest(hashing: bytes), in: project)
            #expect(read == nil || read == bytes, "seed \(seed)")
            let (result, _) = split(bytes)
            let ids = (result.recipe.headers + result.recipe.payload).map(\.id)
            let isThere = try store.missingChunks(ids, in: project).isEmpty
            if isThere, try store.blob(result.recipe.digest, in: project) != nil, read == nil {
                // Only what the entry table is made of may be missing: nothing asks for that.
                #expect(try store.entries(of: result.recipe.digest, in: project) == nil, "seed \(seed)")
            }
        }
        for bytes in blobs {
            try store.store(bytes, in: project)
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes, "seed \(seed)")
        }
        store.close()
        let again = try Store.repair(temporary.root, options: options, disk: .system)
        #expect(again.after.isClean, "seed \(seed): \(again.after.findings.map(\.text))")
        #expect(again.losses.blobs == 0, "seed \(seed): \(again.losses.names)")
        let reopened = try temporary.open(options)
        #expect(try reopened.scrub().damaged == 0, "seed \(seed)")
    }
}
