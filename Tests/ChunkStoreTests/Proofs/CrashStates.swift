import Chunking
import SystemPackage
import TestSupport

@testable import ChunkStore

/// Opens a store in states that a crash could have left, and looks at what it serves.
final class CrashStates {
    struct Plan: Sendable {
        var seed: UInt64
        var operations: Int
        var states: Int
        var flaw: DiskHistory.Flaw?
        /// Of how many states one also has its index made anew from the chunk files alone.
        var rebuildInterval = 4
    }

    private let plan: Plan
    private var random: SeededGenerator
    private let history: DiskHistory
    private let clock: TestClock
    private let format: RootFormat
    private let samples: [Digest: Sample]
    private let all: [Sample]
    private let projects: [ProjectID]
    /// What the store had before the first operation, and after each.
    private let worlds: [World]
    private let events: [DiskHistory.Event]
    private(set) var commits = 0
    private(set) var rebuilds = 0
    private(set) var fates: [String: Int] = [:]

    /// Makes a history.
    init(_ plan: Plan) throws {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        let history = DiskHistory(plan.flaw)
        self.history = history
        var run = ModelRun.Plan(seed: plan.seed)
        run.disk = history.disk
        run.crashes = false
        run.samplesMaximum = 400
        run.wholeCheckInterval = .max
        var worlds: [World] = []
        run.onBegin = { world in
            worlds.append(world)
            history.add(.begin(operation: worlds.count - 1))
        }
        run.onEnd = { _ in history.add(.end(operation: worlds.count - 1)) }
        let model = try ModelRun(run)
        // From here on everything is recorded.
        try history.start(model.temporary.root)
        try model.run(operations: plan.operations)
        worlds.append(model.world)
        self.worlds = worlds
        clock = model.clock
        format = try RootLayout(root: model.temporary.root, disk: .system).readFormat()
        projects = model.projects
        all = model.samples.all
        samples = Dictionary(model.samples.all.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        events = history.events
        commits = events.count { if case .commit = $0 { true } else { false } }
        model.upload = nil
        model.store.close()
    }

    var eventCount: Int { events.count }

    /// Tries states all over the history; every second one is next to a commit.
    func run() throws {
        let first = (events.firstIndex { if case .begin = $0 { true } else { false } } ?? 0) + 1
        var positions: [Int] = []
        let commits = events.indices.filter { if case .commit = events[$0] { $0 > first } else { false } }
        for number in 0..<plan.states {
            if number % 2 == 0, let commit = commits.randomElement(using: &random) {
                positions.append(min(events.count, commit + Int.random(in: 0...1, using: &random)))
            } else {
                positions.append(Int.random(in: first...events.count, using: &random))
            }
        }
        positions.sort()
        var disk = SimulatedDisk()
        var applied = 0
        var (before, after) = (0, 0)
        for (number, position) in positions.enumerated() {
            while applied < position {
                disk.apply(events[applied])
                if case .begin(let operation) = events[applied] { (before, after) = (operation, operation + 1) }
                if case .end = events[applied] { before = after }
                applied += 1
            }
            try check(disk, at: position, number, before: worlds[before], after: worlds[after])
        }
    }

    private func check(
        _ disk: SimulatedDisk, at position: Int, _ number: Int, before: World, after: World
    ) throws {
        let fate = SimulatedDisk.Fate.allCases[number % SimulatedDisk.Fate.allCases.count]
        fates["\(fate)", default: 0] += 1
        let image = disk.image(fate, &random)
        // While a commit is under way, either index may survive.
        let next = position < events.count ? disk.index(after: events[position]) : nil
        let index = next.flatMap { Bool.random(using: &random) ? $0 : nil } ?? disk.index
        let temporary = try TemporaryRoot.inMemory()
        do {
            try put(image, index, in: temporary)
            if number % plan.rebuildInterval == 0 { try rebuild(temporary) }
            try verify(temporary, before, after, isThorough: number % 5 == 0)
        } catch {
            throw ProofFailure(
                "LARDER_PROOF_SEED=\(plan.seed), state \(number) at event \(position) of \(events.count), unsynced "
                    + "writes \(fate), index \(next == nil ? "as it was" : "old or new")"
                    + "\(number % plan.rebuildInterval == 0 ? ", lost and made anew" : ""): \(error)")
        }
    }

    private func put(_ image: [String: [UInt8]], _ index: [UInt8], in temporary: TemporaryRoot) throws {
        try RootLayout.makeDirectory(temporary.root)
        try RootLayout.makeDirectory(temporary.chunks)
        try RootLayout.makeDirectory(temporary.root.appending("index"))
        try write(Array(format.text.utf8), to: temporary.root.appending("format"))
        for (name, bytes) in image { try write(bytes, to: temporary.chunks.appending(name)) }
        try write(index, to: temporary.root.appending("index").appending("data.mdb"))
    }
}

extension CrashStates {
    /// Loses the index and makes it anew. What was never synced may be damaged.
    private func rebuild(_ temporary: TemporaryRoot) throws {
        rebuilds += 1
        TemporaryRoot.remove(temporary.root.appending("index"))
        _ = try Store.rebuild(
            temporary.root, options: ModelRun.options(ModelRun.Plan(seed: plan.seed), clock), disk: .system)
    }

    /// Opens the store and compares all that it has with what it must and may have.
    private func verify(_ temporary: TemporaryRoot, _ before: World, _ after: World, isThorough: Bool) throws {
        let store = try temporary.open(ModelRun.options(ModelRun.Plan(seed: plan.seed), clock))
        for (name, project) in zip(ModelRun.projectNames, projects) {
            try demand(try store.project(named: name) == project, "project \(name) is gone")
        }
        try verifyBlobs(store, before, after)
        try verifyRecords(store, before, after)
        let differences = try NaiveRecount.differences(in: store)
        try demand(differences.isEmpty, "a recount differs: \(differences.prefix(5))")
        if isThorough {
            let report = try store.check()
            try demand(report.isClean, "a check found: \(report.findings.prefix(5).map(\.text))")
        }
        try storeAgain(store, after)
        store.close()
    }

    private func verifyBlobs(_ store: Store, _ before: World, _ after: World) throws {
        for name in before.blobs.union(after.blobs) {
            guard let sample = samples[name.digest] else { continue }
            let read = try store.contents(of: name.digest, in: projects[name.project])
            let isNeeded = before.blobs.contains(name) && after.blobs.contains(name)
            try demand(read != nil || !isNeeded, "blob \(name.digest.short) of project \(name.project) is lost")
            try demand(read == nil || read == sample.bytes, "blob \(name.digest.short) is wrong")
        }
        for digest in all.prefix(60).map(\.digest) {
            for project in projects.indices {
                let name = World.BlobName(project: project, digest: digest)
                if before.blobs.contains(name) || after.blobs.contains(name) { continue }
                try demand(
                    try store.blob(digest, in: projects[project]) == nil,
                    "blob \(digest.short), which project \(project) has no more, is back")
            }
        }
    }

    private func verifyRecords(_ store: Store, _ before: World, _ after: World) throws {
        for project in projects.indices {
            for table in ModelRun.tables {
                let keys = try store.keys(in: table, prefix: [], limit: 1000, project: projects[project])
                let known = Set(before.records.keys).union(after.records.keys)
                for key in keys {
                    let name = World.RecordName(project: project, table: table, key: key)
                    try demand(known.contains(name), "record \(name), which was deleted, is back")
                }
            }
        }
        for name in Set(before.records.keys).union(after.records.keys) {
            let value = try store.record(in: name.table, key: name.key, project: projects[name.project])
            let allowed = [before.records[name]?.value, after.records[name]?.value]
            try demand(allowed.contains(value), "record \(name) is \(value == nil ? "lost" : "wrong or old")")
        }
    }

    /// Stores something that was there and something new.
    private func storeAgain(_ store: Store, _ after: World) throws {
        var random = random
        let new = Sample(randomTar(&random, files: 2, sizeMaximum: 3000))
        let old = all.randomElement(using: &random) ?? new
        for sample in [new, old] {
            try store.store(sample.bytes, in: projects[0], expecting: sample.digest)
            let read = try store.contents(of: sample.digest, in: projects[0])
            try demand(read == sample.bytes, "what is stored after the crash is not there")
        }
        let isPut = try store.put(
            [9], in: .tag, key: [99], project: projects[0], references: [.blob(new.digest)])
        try demand(isPut, "a record cannot be put after the crash")
    }
}
