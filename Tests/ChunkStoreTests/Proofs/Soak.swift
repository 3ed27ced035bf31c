import Chunking
import Glibc
import Synchronization
import TestSupport

@testable import ChunkStore

/// Threads that store, read, delete and collect at once for a while. What was just stored, is asked for or is referred to
/// must never go.
final class Soak: Sendable {
    struct Counts: Sendable {
        var stored = 0
        var read = 0
        var deleted = 0
        var collections = 0
        var removedBlobs = 0
        var removedFiles = 0
        var packedFrames = 0
        var late = 0
        var failures: [String] = []
    }

    private struct Entry {
        let bytes: [UInt8]
        let digest: Digest
        let project: ProjectID
        /// Tells one that was stored again from the one before.
        let generation: UInt64
    }

    private static let writers = 3
    private static let keysPerWriter: UInt8 = 20
    private static let lease: UInt64 = 40

    private let seed: UInt64
    private let store: Store
    private let projects: [ProjectID]
    private let clock: TestClock
    /// What a record refers to, by its key; what is not here may be deleted already.
    private let entries = Mutex<[[UInt8]: Entry]>([:])
    private let counts = Mutex(Counts())
    private let generations = Atomic<UInt64>(0)
    private let isOver = Atomic(false)
    private let running = Monitor(0)

    init(seed: UInt64, in temporary: TemporaryRoot) throws {
        self.seed = seed
        let clock = TestClock()
        self.clock = clock
        var options = Store.Options()
        options.chunkFileSize = 1 << 20
        options.leasePeriod = Self.lease
        options.usageInterval = 1
        options.claimsPerJob = 8
        options.monotonicSeconds = { clock.now }
        store = try temporary.open(options)
        projects = [try store.makeProject(named: "shop"), try store.makeProject(named: "bank")]
    }

    /// Runs for so many seconds, then looks at everything.
    func run(seconds: UInt64) throws -> Counts {
        for number in 0..<Self.writers { try start { soak in soak.write(UInt8(number)) } }
        for number in 0..<2 { try start { soak in soak.read(UInt64(number)) } }
        try start { soak in try soak.collect() }
        // A second of the store's clock takes a few milliseconds, so that leases end all the time.
        let end = ContinuousClock.now + .seconds(Int64(seconds))
        while ContinuousClock.now < end {
            usleep(10_000)
            clock.pass(1)
        }
        isOver.store(true, ordering: .relaxed)
        running.wait { $0 == 0 ? () : nil }
        for (key, entry) in entries.withLock({ $0 }) where !isRight(entry, key) {
            fail("at the end, record \(key) or its blob is lost")
        }
        let differences = try NaiveRecount.differences(in: store)
        if !differences.isEmpty { fail("a recount differs: \(differences.prefix(3))") }
        let report = try store.check()
        if !report.isClean { fail("a check found: \(report.findings.prefix(3).map(\.text))") }
        store.close()
        return counts.withLock { $0 }
    }

    private func start(_ body: @escaping @Sendable (Soak) throws -> Void) throws {
        running.with { $0 += 1 }
        _ = try DedicatedThread { [self] in
            do { try body(self) } catch { fail("\(error)") }
            running.with { $0 -= 1 }
        }
    }

    private func fail(_ text: String) { counts.withLock { $0.failures.append(text) } }
}

extension Soak {
    private func write(_ writer: UInt8) {
        var random = SeededGenerator(seed: seed &+ UInt64(writer) &* 7919)
        var samples = Samples(countMaximum: 30, &random)
        while !isOver.load(ordering: .relaxed) {
            let project = projects[Int.random(in: 0..<projects.count, using: &random)]
            let key = [writer, UInt8.random(in: 0..<Self.keysPerWriter, using: &random)]
            let isLong = Int.random(in: 0..<15, using: &random) == 0
            let sample =
                isLong ? Sample(randomTar(&random, files: 20, sizeMaximum: 150_000)) : samples.any(&random)
            remove(key)
            do {
                let began = clock.now
                if isLong || Bool.random(using: &random) {
                    try store.store(sample.bytes, in: project, expecting: sample.digest)
                } else {
                    try upload(sample, to: project)
                }
                try refer(to: sample, key, project, began)
            } catch {
                fail("writer \(writer): \(error)")
            }
        }
    }

    private func upload(_ sample: Sample, to project: ProjectID) throws {
        let began = clock.now
        let ids = sample.chunkIDs
        let missing = try store.missingChunks(ids, in: project).map { ids[$0] }
        try store.upload(try frames(Set(missing).sorted().compactMap { sample.parts.chunks[$0] }), to: project)
        let code = errorCode { _ = try store.commitBlob(sample.recipe, in: project) }
        guard let code else { return }
        guard code == .missingContent, clock.now >= began + Self.lease else {
            throw ProofFailure("chunks just uploaded were lost: \(code)")
        }
        // It took longer than a lease: as a client would, it starts again.
        counts.withLock { $0.late += 1 }
        try store.store(sample.bytes, in: project)
    }

    /// What was stored a moment ago can be referred to.
    private func refer(to sample: Sample, _ key: [UInt8], _ project: ProjectID, _ began: UInt64) throws {
        let code = errorCode {
            _ = try store.put(key, in: .manifest, key: key, project: project, references: [.blob(sample.digest)])
        }
        if code == .missingContent, clock.now >= began + Self.lease {
            counts.withLock { $0.late += 1 }
            return
        }
        try demand(
            code == nil, "a blob stored \(clock.now - began) s ago cannot be referred to: \(String(describing: code))")
        let entry = Entry(
            bytes: sample.bytes, digest: sample.digest, project: project,
            generation: generations.add(1, ordering: .relaxed).newValue)
        entries.withLock { $0[key] = entry }
        counts.withLock { $0.stored += 1 }
    }

    private func remove(_ key: [UInt8]) {
        guard let entry = entries.withLock({ $0.removeValue(forKey: key) }) else { return }
        guard (try? store.delete(in: .manifest, key: key, project: entry.project)) == true else {
            return fail("record \(key) was lost before it was deleted")
        }
        counts.withLock { $0.deleted += 1 }
    }

    private func read(_ reader: UInt64) {
        var random = SeededGenerator(seed: seed &+ reader &+ 104_729)
        while !isOver.load(ordering: .relaxed) {
            guard let (key, entry) = entries.withLock({ $0.randomElement(using: &random) }) else {
                usleep(1000)
                continue
            }
            if !isRight(entry, key) {
                // Unless it was deleted meanwhile.
                let isStillThere = entries.withLock { $0[key]?.generation == entry.generation }
                if isStillThere { fail("blob \(entry.digest.short) is lost") }
            }
            counts.withLock { $0.read += 1 }
        }
    }

    private func isRight(_ entry: Entry, _ key: [UInt8]) -> Bool {
        do {
            guard try store.record(in: .manifest, key: key, project: entry.project) == key else { return false }
            guard let bytes = try store.contents(of: entry.digest, in: entry.project) else { return false }
            if bytes != entry.bytes { fail("blob \(entry.digest.short) is wrong") }
            return true
        } catch {
            return false
        }
    }

    private func collect() throws {
        var random = SeededGenerator(seed: seed &+ 15_485_863)
        var settings = PackSettings()
        settings.level = 1
        while !isOver.load(ordering: .relaxed) {
            var policy = CollectionPolicy()
            policy.liveShareMinimum = [0.75, 0.95, 1.1][Int.random(in: 0..<3, using: &random)]
            let report = try store.collect(policy)
            let packed = try store.pack(settings) { [self] in isOver.load(ordering: .relaxed) }
            counts.withLock { counts in
                counts.collections += 1
                counts.removedBlobs += report.removedBlobs
                counts.removedFiles += report.removedFiles
                counts.packedFrames += packed.frames
            }
        }
    }
}
