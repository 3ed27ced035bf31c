import CacheAPI
import Chunking
import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("What is kept of builds that have ended")
struct ProjectHistoryTests {
    /// A day in 2026.
    private static let now: Int64 = 1_796_000_000

    @Test("Sums by hour and day, the steps that miss and what they cause, and advice")
    func sums() throws {
        var history = ProjectHistory()
        for hours in 0..<3 {
            history.add(SampleOutcome.miss(), savedBytes: 10, identity: nil, at: Self.now - Int64(hours) * 3600)
        }
        history.add(SampleOutcome.hit(), savedBytes: 40, identity: "token:ci", at: Self.now)
        let days = HistoryAnswer(history, count: 7, isHourly: false, now: Self.now)
        #expect(days.sum.tally.builds == 4 && days.sum.tally.failed == 0)
        #expect(days.sum.tally.hits == 7 && days.sum.tally.misses == ["files": 3, "parent": 6])
        #expect(days.sum.tally.savedSeconds == 96 && days.sum.tally.runSeconds == 276)
        #expect(days.sum.tally.savedBytes == 70 && days.sum.tally.sentBytes == 404_000)
        #expect(HistoryAnswer(history, count: 2, isHourly: true, now: Self.now).spans.map(\.tally.builds) == [1, 2])
        #expect(history.builds.count == 4 && history.builds[0].identity == "token:ci")
        let answer = MissesAnswer(history, now: Self.now) { _ in true }
        let worst = try #require(answer.steps.first)
        #expect(worst.instruction == "COPY . ." && worst.misses == 3 && worst.builds == 4)
        #expect(worst.causedSeconds == 270 && worst.causedMisses == 6 && worst.cost == 276)
        #expect(worst.dearest == "RUN npm ci")
        #expect(worst.changed.map(\.name) == ["src/app.js"] && worst.changed.map(\.count) == [3])
        let advice = try #require(worst.advice)
        #expect(advice.contains("src/app.js") && advice.contains("in 3 of 4 builds") && advice.contains("RUN npm ci"))
        #expect(advice.contains("move this COPY below it"))
        // What others caused is not held against a step.
        #expect(answer.steps.dropFirst().allSatisfy { $0.cost == 0 && $0.advice == nil })
    }

    @Test("A step that missed because of another stage is put down to the step that missed there")
    func blame() {
        let blame = MissBlame([
            SampleOutcome.step(SampleOutcome.copy, "COPY go.mod .", .miss, .files, seconds: 1),
            SampleOutcome.step(SampleOutcome.install, "RUN build", .miss, .parent, seconds: 5),
            SampleOutcome.step(SampleOutcome.test, "COPY --from=build /a /a", .miss, .inputs, seconds: 7),
        ])
        #expect(blame.damages == [0: MissBlame.Damage(misses: 2, seconds: 12, dearest: 2)])
    }

    @Test("What somebody may not read of scopes is in no list of steps")
    func scopes() throws {
        var history = ProjectHistory()
        let feature = try #require(ScopeName("feature/secret"))
        history.add(SampleOutcome.miss(), savedBytes: 0, identity: nil, at: Self.now)
        history.add(SampleOutcome.miss(scope: feature, changed: ["secret"]), savedBytes: 0, identity: nil, at: Self.now)
        let all = MissesAnswer(history, now: Self.now) { _ in true }.steps.first
        #expect(all?.misses == 2 && all?.scopes == ["feature/secret", "main"])
        let some = MissesAnswer(history, now: Self.now) { $0 == .main }.steps.first
        #expect(some?.misses == 1 && some?.scopes == ["main"] && some?.changed.map(\.name) == ["src/app.js"])
    }

    @Test("However many builds there are of however many Dockerfiles, what is kept is bounded, and the latest is there")
    func bounds() throws {
        var history = ProjectHistory()
        for number in 0..<3000 {
            var report = SampleOutcome.miss(changed: ["file\(number)"])
            report.steps = report.steps.map { step in
                var step = step
                step.place = Digest(hashing: Array("\(number / 2) \(step.instruction)".utf8))
                return step
            }
            history.add(report, savedBytes: 0, identity: nil, at: Self.now + Int64(number) * 7200)
        }
        #expect(history.hours.count <= ProjectHistory.hoursMaximum && history.days.count <= ProjectHistory.daysMaximum)
        #expect(history.builds.count == ProjectHistory.buildsMaximum)
        #expect(history.steps.count <= ProjectHistory.stepsMaximum)
        #expect(history.steps.values.contains { $0.changed["file2999"] == 1 })
        #expect(history.steps.values.allSatisfy { $0.changed.count <= StepTally.changedMaximum })
        #expect(try JSONEncoder.cacheAPI.encode(history).count < 1 << 20)
    }

    @Test("A report may say anything: what is kept has bounds")
    func anything() throws {
        var report = SampleOutcome.miss()
        report.subject = String(repeating: "s", count: 10_000)
        report.seconds = -1
        report.sent = .min
        report.steps[0].saved = .greatestFiniteMagnitude
        report.steps[1].seconds = -.infinity
        report.steps[1].sent = .max
        report.steps[1].instruction = String(repeating: "é", count: 10_000)
        report.steps[1].changed = Array(repeating: String(repeating: "x", count: 5000), count: 1000)
        let bounded = try report.bounded()
        var history = ProjectHistory()
        for _ in 0..<100 { history.add(bounded, savedBytes: .max >> 8, identity: nil, at: Self.now) }
        let data = try JSONEncoder.cacheAPI.encode(history)
        #expect(data.count < 50_000)
        #expect(try JSONDecoder().decode(ProjectHistory.self, from: data) == history)
        report.steps = Array(repeating: report.steps[0], count: GraphQuery.stepsMaximum + 1)
        #expect(throws: APIFailure.self) { try report.bounded() }
    }

    @Test("Reports that say more bytes than there are numbers for end no server")
    func tooManyBytes() throws {
        var report = SampleOutcome.miss()
        (report.sent, report.received) = (.max, .max)
        report.steps[0].sent = .max
        report.steps = Array(repeating: report.steps[0], count: GraphQuery.stepsMaximum)
        let bounded = try report.bounded()
        var history = ProjectHistory()
        for _ in 0..<5 { history.add(bounded, savedBytes: .max >> 1, identity: nil, at: Self.now) }
        #expect(history.steps.values.first?.sum.sentBytes == .max)
        #expect(history.days.values.first?.savedBytes == .max)
    }

    @Test("What was reported is there after a restart, and a file that cannot be read is no obstacle")
    func files() async throws {
        try await withTemporaryDirectory { directory in
            let metrics = ServerMetrics()
            let shop = try #require(ProjectName("shop"))
            let first = BuildHistory(of: directory, metrics: metrics, logger: .silent)
            first.add(SampleOutcome.miss(), savedBytes: 0, identity: nil, to: shop, at: Self.now)
            first.save()
            let second = BuildHistory(of: directory, metrics: metrics, logger: .silent)
            #expect(second.history(of: shop) == first.history(of: shop))
            #expect(second.history(of: shop).builds.count == 1)
            let file = directory.appending("history/shop.json").string
            try Data("{".utf8).write(to: URL(filePath: file))
            let third = BuildHistory(of: directory, metrics: metrics, logger: .silent)
            #expect(third.history(of: shop) == ProjectHistory())
        }
    }

    @Test("A copy belongs to whoever copies, who may give nothing to others", .enabled(if: geteuid() == 0))
    func copyOfAnotherOwner() async throws {
        try await withTemporaryDirectory { root in
            let (file, copy) = (root.appending("history/shop.json").string, root.appending("copy"))
            for path in ["\(root)/history", copy.string] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try Data("{}".utf8).write(to: URL(filePath: file))
            _ = try shell("chown -R 4242:4242 '\(root)/history'")
            try BuildHistory.copy(of: root, to: copy)
            let owners = try shell("stat -c %u '\(copy)/history' '\(copy)/history/shop.json'")
            #expect(String(decoding: owners, as: UTF8.self) == "0\n0\n")
        }
    }

    @Test("More projects than are kept in memory are kept all the same")
    func manyProjects() async throws {
        try await withTemporaryDirectory { directory in
            let history = BuildHistory(of: directory, metrics: ServerMetrics(), logger: .silent)
            let names = try (0..<BuildHistory.projectsMaximum + 5).map { try #require(ProjectName("p\($0)")) }
            for name in names {
                history.add(SampleOutcome.hit(), savedBytes: 0, identity: nil, to: name, at: Self.now)
            }
            for name in names { #expect(history.history(of: name).builds.count == 1) }
        }
    }

    @Test("Words for causes that a later client sends are not known")
    func laterCauses() throws {
        let text = #"["files", "phase-of-the-moon"]"#
        #expect(try JSONDecoder().decode([MissCause].self, from: Data(text.utf8)) == [.files, .unknown])
    }
}
