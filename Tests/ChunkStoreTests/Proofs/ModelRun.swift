import Chunking
import SystemPackage
import TestSupport

@testable import ChunkStore

/// Does random operations on a real store and on a `World`, and compares. All of it follows from the seed.
final class ModelRun {
    /// What a run does.
    struct Plan {
        var seed: UInt64
        var leasePeriod: UInt64 = 100
        /// What the world takes the lease period to be; another one is a planted bug.
        var promisedLease: UInt64 = 100
        var disk = Disk.system
        /// Whether the store may be opened on a copy of its root as it was at some moment.
        var crashes = true
        var samplesMaximum = 60
        /// Runs before an operation.
        var onBegin: (World) -> Void = { _ in }
        /// Runs after an operation.
        var onEnd: (World) -> Void = { _ in }
        /// How often everything is read and counted anew: after one in so many operations.
        var wholeCheckInterval = 400
        /// Changes the store behind its back, as a bug would: after one in 500 operations.
        var sabotage: ((Core) throws(StoreError) -> Void)?
    }

    static let projectNames = ["shop", "bank", "farm"]
    static let tables: [RecordTable] = [.step, .alias, .manifest, .tag, .upstream]

    let plan: Plan
    var random: SeededGenerator
    let clock = TestClock()
    var temporary: TemporaryRoot
    var world = World()
    var samples: Samples
    var projects: [ProjectID] = []
    var upload: OpenUpload?
    /// When the last upload in parts ended. Seconds of the test's clock.
    var uploadEnded: UInt64 = 0
    private(set) var store: Store
    private(set) var operation = 0
    var counts: [String: Int] = [:]
    private var log: [String] = []

    init(_ plan: Plan) throws {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        samples = Samples(countMaximum: plan.samplesMaximum, &random)
        temporary = try TemporaryRoot.inMemory()
        store = try temporary.open(Self.options(plan, clock), disk: plan.disk)
        for name in Self.projectNames { projects.append(try store.makeProject(named: name)) }
        world.opened = clock.now
    }

    static func options(_ plan: Plan, _ clock: TestClock) -> Store.Options {
        var options = Store.Options()
        options.chunkFileSize = 120_000
        options.indexSizeMaximum = 1 << 30
        options.leasePeriod = plan.leasePeriod
        options.usageInterval = 7
        options.claimsPerJob = 3
        options.pendingChunksMaximum = 4
        options.monotonicSeconds = { clock.now }
        return options
    }

    /// Does so many operations, then looks at everything.
    func run(operations: Int) throws {
        do {
            for _ in 0..<operations {
                operation += 1
                plan.onBegin(world)
                try step()
                if operation % plan.wholeCheckInterval == 0 { try checkAll() }
                plan.onEnd(world)
            }
            try checkAll()
        } catch {
            let trail = log.suffix(25).joined(separator: "\n  ")
            throw ProofFailure(
                "LARDER_PROOF_SEED=\(plan.seed), operation \(operation): \(error)\nthe last operations:\n  \(trail)")
        }
    }

    private func step() throws {
        var pick = Int.random(in: 0..<Self.weightSum, using: &random)
        for (name, weight, body) in Self.operations {
            pick -= weight
            guard pick < 0 else { continue }
            counts[name, default: 0] += 1
            note(name)
            try body(self)
            break
        }
        guard let sabotage = plan.sabotage, operation % 500 == 0 else { return }
        try store.use(sabotage)
    }

    func note(_ text: String) {
        log.append("\(operation): \(text)")
        if log.count > 200 { log.removeFirst(100) }
    }

    func projectNumber() -> Int { Int.random(in: 0..<projects.count, using: &random) }

    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    /// Notes that a blob was stored or asked for.
    func touch(_ project: Int, _ digest: Digest) {
        world.touched[World.BlobName(project: project, digest: digest)] = clock.now
    }

    func has(_ project: Int, _ digest: Digest) -> Bool {
        world.blobs.contains(World.BlobName(project: project, digest: digest))
    }

    private static let weightSum = operations.reduce(0) { $0 + $1.1 }

    private static let operations: [(String, Int, @Sendable (ModelRun) throws -> Void)] = [
        ("store", 16, { try $0.storeBlob() }),
        ("begin upload", 3, { try $0.beginUpload() }),
        ("end upload", 3, { try $0.endUpload() }),
        ("upload frames", 8, { try $0.uploadFrames() }),
        ("commit recipe", 8, { try $0.commitRecipe() }),
        ("read", 14, { try $0.readBlob() }),
        ("fetch frames", 5, { try $0.fetchFrames() }),
        ("put record", 20, { try $0.putRecord() }),
        ("get record", 8, { try $0.getRecord() }),
        ("list keys", 2, { try $0.listKeys() }),
        ("delete record", 7, { try $0.deleteRecord() }),
        ("delete blob", 2, { try $0.deleteBlob() }),
        ("touch record", 4, { try $0.touchRecord() }),
        ("share", 5, { try $0.share() }),
        ("pass time", 10, { $0.passTime() }),
        ("collect", 7, { try $0.collect() }),
        ("pack", 3, { try $0.pack() }),
        ("note predecessors", 6, { try $0.notePredecessors() }),
        ("scrub", 1, { try $0.scrub() }),
        ("recover", 1, { try $0.recover() }),
        ("reopen", 1, { try $0.reopen() }),
        ("crash", 1, { try $0.crash() }),
    ]
}

/// A blob of which a part was written.
struct OpenUpload: ~Copyable {
    let project: Int
    let sample: Sample
    let begun: UInt64
    var written: Int
    var writer: BlobWriter
}

// Opening again.
extension ModelRun {
    func reopen() throws {
        upload = nil
        store.close()
        try open()
    }

    /// Goes on with a copy of the root as it is while an upload is under way, as after a crash.
    func crash() throws {
        guard plan.crashes else { return try reopen() }
        try beginUpload()
        let copy = try TemporaryRoot.inMemory()
        try copyTree(temporary.root, to: copy.root)
        upload = nil
        store.close()
        temporary = copy
        try open()
    }

    func open() throws {
        store = try temporary.open(Self.options(plan, clock), disk: plan.disk)
        world.opened = clock.now
        for (name, project) in zip(Self.projectNames, projects) {
            try demand(try store.project(named: name) == project, "project \(name) is not there")
        }
        try checkCounts()
    }
}
