import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import Synchronization
import SystemPackage
import TestSupport

@testable import Build

/// Changes a project again and again, and compares what is built of it with the cache with what is built without: with
/// `--no-cache`, on a runner and a server of its own that the builds with the cache never see.
struct WrongHitHunt: Sendable {
    /// What is done.
    struct Plan: Sendable {
        var seed: UInt64
        var mutations: Int
        var changes = FuzzedProject.Change.allCases
        /// How many changes there are at most between two builds.
        var stride = 12
        /// What keys are made of in the builds with the cache.
        var keyRules = KeyRules()
    }

    /// What was seen.
    struct Result: Sendable {
        var mutations = 0
        var builds = 0
        var hits = 0
        var runs = 0
        var failures = 0
        /// The first wrong hit.
        var wrong: String?

        static func + (one: Result, other: Result) -> Result {
            Result(
                mutations: one.mutations + other.mutations, builds: one.builds + other.builds,
                hits: one.hits + other.hits, runs: one.runs + other.runs, failures: one.failures + other.failures,
                wrong: one.wrong ?? other.wrong)
        }
    }

    /// How the cache is used in one build; all give the same.
    private struct Usage: Sendable {
        var runner = "kept"
        var scopes: [ScopeName] = [.main]
        /// Whether another runner builds the same at the same time.
        var isContested = false
        var renewedStages: [String] = []
        var recordAgeMaximum: Int64?

        init(_ build: Int, using random: inout SeededGenerator) {
            if Int.random(in: 0..<12, using: &random) == 0 { runner = "fresh-\(build)" }
            let names = ["branch", "other"].compactMap { ScopeName($0) }
            switch Int.random(in: 0..<10, using: &random) {
            case 0: scopes = names.prefix(1) + [.main]
            case 1: scopes = names.reversed() + [.main]
            default: break
            }
            isContested = Int.random(in: 0..<8, using: &random) == 0
            switch Int.random(in: 0..<24, using: &random) {
            case 0: renewedStages = ["s0"]
            case 1: recordAgeMaximum = 2
            default: break
            }
        }

        func apply(to request: inout BuildRequest) {
            (request.scope, request.baseScopes) = (scopes[0], Array(scopes.dropFirst()))
            request.renewedStages = renewedStages
            request.recordAgeMaximum = recordAgeMaximum
        }
    }

    /// What a project gives; `nil` for an error.
    private struct State: Sendable {
        var project: FuzzedProject
        var truth: BuiltImage?
    }

    let lab: BuildLab
    let scratch: BuildLab
    private let reader = BuiltImageReader()

    /// Does what `plan` says on two new servers.
    static func run(_ plan: Plan) async throws -> Result {
        let result = Mutex(Result())
        try await BuildLab.run { lab in
            let tar = try await TinyImage.tar(in: lab.directory)
            try await lab.importImage(tar, as: "tiny/base:1")
            try await BuildLab.run(in: lab.directory.appending("scratch")) { scratch in
                try await scratch.importImage(tar, as: "tiny/base:1")
                let found = try await WrongHitHunt(lab: lab, scratch: scratch).run(plan)
                result.withLock { $0 = found }
            }
        }
        return result.withLock { $0 }
    }

    private func run(_ plan: Plan) async throws -> Result {
        var random = SeededGenerator(seed: plan.seed)
        var directory = try ProjectDirectory(in: lab.directory.appending("project"))
        var project = FuzzedProject.initial(using: &random)
        var result = Result()
        var states: [State] = []
        var truths: [FuzzedProject: State] = [:]
        while result.mutations < plan.mutations, result.wrong == nil {
            var known: State?
            if let state = states.randomElement(using: &random), Int.random(in: 0..<5, using: &random) == 0 {
                (project, known) = (state.project, state)
                result.mutations += 1
            } else {
                for _ in 0..<Int.random(in: 1...plan.stride, using: &random) {
                    guard let change = plan.changes.randomElement(using: &random) else { continue }
                    project.apply(change, using: &random)
                    result.mutations += 1
                }
            }
            try directory.write(project, using: &random)
            known = known ?? truths[project]
            let state = try await check(directory, project, known, plan, &result, using: &random)
            truths[project] = state
            if state.truth != nil {
                if known == nil { states = states.suffix(30) + [state] }
            } else {
                // What cannot be built is left again.
                project = states.last?.project ?? .initial(using: &random)
            }
        }
        return result
    }

    /// Builds with the cache and, unless the truth is known, without.
    private func check(
        _ directory: ProjectDirectory, _ project: FuzzedProject, _ known: State?, _ plan: Plan,
        _ result: inout Result, using random: inout SeededGenerator
    ) async throws -> State {
        let usage = Usage(result.builds, using: &random)
        let adjust = { @Sendable in Self.set(&$0, to: project, in: directory) }
        let build = { @Sendable (runner: String) in
            try await lab.build(
                directory.context, runner: runner,
                adjust: { request in
                    adjust(&request)
                    usage.apply(to: &request)
                    request.keyRules = plan.keyRules
                })
        }
        async let cached = build(usage.runner)
        async let other = usage.isContested ? build("beside") : nil
        var state = known ?? State(project: project)
        if known == nil { state.truth = try await truth(directory, adjust) }
        for report in [try await cached, try await other].compactMap({ $0 }) {
            result.builds += 1
            result.hits += report.outcome.hitCount
            result.runs += report.outcome.runCount
            if state.truth == nil { result.failures += 1 }
            if result.wrong == nil { result.wrong = try await difference(of: report, from: state, plan, result) }
        }
        if usage.runner != "kept" {
            try FileManager.default.removeItem(atPath: lab.directory.appending("runner-\(usage.runner)").string)
        }
        return state
    }

    /// What is the same in all builds of a project.
    private static func set(_ request: inout BuildRequest, to project: FuzzedProject, in directory: ProjectDirectory) {
        request.dockerfile = directory.dockerfile
        request.options.buildArguments = project.arguments
        if let epoch = project.epoch { request.options.buildArguments["SOURCE_DATE_EPOCH"] = "\(epoch)" }
        request.options.target = project.target
        request.options.contexts = ["elsewhere": .directory("elsewhere")]
        request.contexts = ["elsewhere": directory.context.appending("b")]
        request.secrets = ["first": .value("one"), "second": .value("two")]
        request.epoch = project.epoch
        request.rewritesTimestamps = project.rewritesTimestamps
        request.normalizesModes = project.normalizesModes
    }

    private func truth(
        _ directory: ProjectDirectory, _ adjust: @Sendable (inout BuildRequest) -> Void
    ) async throws -> BuiltImage? {
        try? FileManager.default.removeItem(atPath: scratch.directory.appending("runner-truth/context-files").string)
        let report = try await scratch.build(
            directory.context, runner: "truth",
            adjust: { request in
                adjust(&request)
                request.ignoresCache = true
            })
        guard report.outcome.error == nil, let config = report.outcome.config else { return nil }
        return try await reader.image(config, port: scratch.port)
    }

    private func difference(
        of report: BuildLab.Report, from state: State, _ plan: Plan, _ result: Result
    ) async throws -> String? {
        var lines: [String]
        switch (state.truth, report.outcome.error) {
        case (nil, nil): lines = ["built with the cache, and not without"]
        case (nil, .some): return nil
        case (.some, let error?): lines = ["built without the cache, and not with it: \(error)"]
        case (let truth?, nil):
            guard let config = report.outcome.config else { return "no image" }
            lines = try await reader.image(config, port: lab.port).differences(from: truth)
        }
        if lines.isEmpty { return nil }
        lines.insert("LARDER_PROOF_SEED=\(plan.seed), mutation \(result.mutations), build \(result.builds):", at: 0)
        lines += report.outcome.steps.map { "\($0.verdict): \($0.instruction)" }
        lines += [
            state.project.dockerfile, "\(state.project)",
        ]
        return lines.joined(separator: "\n")
    }
}
