import Chunking
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// A flipped bit in the index's file: LMDB keeps no checksums, so it may end the process; what is read is never wrong.
@Suite struct IndexDamageTests {
    private static let seed: UInt64 = 6
    private static let operations = 250
    /// In the log, one letter for each flip: `r` nothing was missing, `m` something was missing or refused, `d` the same
    /// and a check says so, `C` the process ended in LMDB, `T` it did not come to an end.
    private static let outcomes = Array("rmdCT".utf8)
    private static let logDescriptor: Int32 = 200

    private static func makeRun() throws -> ModelRun {
        var plan = ModelRun.Plan(seed: seed)
        plan.samplesMaximum = 400
        let run = try ModelRun(plan)
        try run.run(operations: operations)
        run.upload = nil
        run.store.close()
        return run
    }

    @Test func aFlippedBitInTheIndexGivesNothingWrong() async throws {
        let directory = try TemporaryRoot.inMemory()
        let log = directory.path.appending("log").string
        try write([], to: FilePath(log))
        let (seed, wanted) = (ProofSettings.seed, max(30, ProofSettings.inputs / 50))
        var done = 0
        while done < wanted {
            await #expect(processExitsWith: .success) {
                [log = log as String, seed = seed as UInt64, done = done as Int, wanted = wanted as Int] in
                try Self.flipUntilTheEnd(log, seed, done, wanted)
            }
            let now = try contents(of: FilePath(log)).count
            // Without progress, something else is wrong than a flipped bit.
            try #require(now > done, "seed \(seed), flip \(done): the child did nothing")
            done = now
        }
        let letters = try contents(of: FilePath(log))
        let counts = Self.outcomes.map { letter in
            "\(String(decoding: [letter], as: UTF8.self)) \(letters.count { $0 == letter })"
        }
        ProofSettings.report("flipped bits in the index: \(done), seed \(seed): \(counts.joined(separator: ", "))")
        #expect(letters.allSatisfy { Self.outcomes.contains($0) })
    }

    /// In a process of its own, which LMDB may end.
    private static func flipUntilTheEnd(_ log: String, _ seed: UInt64, _ done: Int, _ wanted: Int) throws {
        let file = try FileDescriptor.open(FilePath(log), .writeOnly, options: .append)
        _ = dup2(file.rawValue, logDescriptor)
        for number in [SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP] {
            _ = signal(number) { _ in
                _ = unsafe Glibc.write(200, "C", 1)
                _exit(0)
            }
        }
        _ = signal(SIGALRM) { _ in
            _ = unsafe Glibc.write(200, "T", 1)
            _exit(0)
        }
        let run = try makeRun()
        let index = run.temporary.root.appending("index").appending("data.mdb")
        let pristine = try contents(of: index)
        for number in done..<wanted {
            var random = SeededGenerator(seed: seed &+ UInt64(number) &* 31)
            let copy = try TemporaryRoot.inMemory()
            try copyTree(run.temporary.root, to: copy.root)
            var bytes = pristine
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try write(bytes, to: copy.root.appending("index").appending("data.mdb"))
            alarm(60)
            let letter = try outcome(run, copy)
            alarm(0)
            try file.writeAll([letter])
        }
        _exit(0)
    }

    private static func outcome(_ run: ModelRun, _ copy: TemporaryRoot) throws -> UInt8 {
        let options = ModelRun.options(run.plan, run.clock)
        let isFound = ((try? Store.check(copy.root, options: options))?.isClean ?? false) == false
        let isComplete = try read(run, copy, options)
        if isFound { return UInt8(ascii: "d") }
        return UInt8(ascii: isComplete ? "r" : "m")
    }

    /// Whether everything was there. Ends the process when something is wrong.
    private static func read(_ run: ModelRun, _ copy: TemporaryRoot, _ options: Store.Options) throws -> Bool {
        guard let store = try? copy.open(options) else { return false }
        var isComplete = true
        for blob in run.world.blobs {
            guard let sample = run.samples.sample(blob.digest) else { continue }
            let read = try? store.contents(of: blob.digest, in: run.projects[blob.project])
            if let read, read != sample.bytes { _exit(3) }
            if read == nil { isComplete = false }
        }
        for (name, record) in run.world.records {
            let value = try? store.record(in: name.table, key: name.key, project: run.projects[name.project])
            if let value, value != record.value { _exit(4) }
            if value == nil { isComplete = false }
        }
        // Storing may fail, but what it says is stored must be there.
        let new = [UInt8]("something new".utf8)
        if (try? store.store(new, in: run.projects[0])) != nil {
            let read = try? store.contents(of: Digest(hashing: new), in: run.projects[0])
            if let read, read != new { _exit(5) }
            if read == nil { isComplete = false }
        }
        store.close()
        return isComplete
    }
}
