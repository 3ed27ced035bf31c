import Chunking
import SystemPackage
import TestSupport

@testable import ChunkStore

// Work in the background that must change nothing that can be seen.
extension ModelRun {
    func pack() throws {
        var settings = PackSettings()
        settings.level = 1
        settings.frameBytes = [20_000, 100_000][Int.random(in: 0..<2, using: &random)]
        settings.deltaFrameBytes = settings.frameBytes
        settings.baseBytes = 60_000
        var stepsLeft = chance(3) ? Int.random(in: 0...20, using: &random) : Int.max
        let report = try store.pack(settings) {
            stepsLeft -= 1
            return stepsLeft < 0
        }
        note("pack: \(report)")
        counts["packed frames", default: 0] += report.frames
        counts["delta frames", default: 0] += report.deltaFrames
        try demand(report.isComplete || stepsLeft < 0, "packing left something")
    }

    func notePredecessors() throws {
        let project = projectNumber()
        let all = world.blobs.filter { $0.project == project }.map(\.digest).sorted()
        guard let layer = all.randomElement(using: &random), let older = all.randomElement(using: &random) else {
            return
        }
        note("\(older.short) comes before \(layer.short) in \(project)")
        try store.notePredecessors([older], of: layer, in: projects[project])
    }

    /// Reads everything and counts everything.
    func checkAll() throws {
        // In order, so that the same seed does the same again.
        for name in world.blobs.sorted(by: { ($0.project, $0.digest) < ($1.project, $1.digest) }) {
            guard let sample = samples.sample(name.digest) else { continue }
            try check(sample, name.project)
        }
        for name in world.records.keys { try checkRecord(name) }
        try checkCounts()
        let report = try store.check()
        try demand(report.isClean, "a check found: \(report.findings.prefix(5).map(\.text))")
    }

    func checkCounts() throws {
        let differences = try NaiveRecount.differences(in: store)
        try demand(differences.isEmpty, "a recount differs: \(differences.prefix(5))")
    }

    func scrub() throws {
        let report = try store.scrub(shouldStop: { false })
        try demand(report.damaged == 0, "scrubbing found damage: \(report)")
    }

    /// Makes the index anew, repairs what needs no repair, or goes on with a backup.
    func recover() throws {
        guard plan.crashes else { return }
        let options = Self.options(plan, clock)
        let kind = Int.random(in: 0..<4, using: &random)
        note("recover in way \(kind)")
        let backup = try TemporaryRoot.inMemory()
        if kind == 3 { _ = try store.backup(to: backup.root) }
        upload = nil
        store.close()
        switch kind {
        case 0, 1:
            if kind == 0 { TemporaryRoot.remove(temporary.root.appending("index")) }
            let report = try Store.rebuild(temporary.root, options: options, disk: .system)
            try demand(report.losses.isEmpty && report.damage.isClean, "a rebuild lost something: \(report)")
            // What was uploaded and not named yet is to be asked for again.
            world.uploads = [:]
        case 2: _ = try Store.repair(temporary.root, options: options, disk: .system)
        default: temporary = backup
        }
        try open()
        try checkAll()
    }
}
