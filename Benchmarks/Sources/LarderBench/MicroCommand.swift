import ArgumentParser
import FoundationEssentials
import HitRates
import Micro

/// `larder-bench micro`: how many instructions small pieces of work take.
struct MicroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Count the instructions of small pieces of work, and compare them with a baseline.",
        discussion: """
            Instructions are counted by valgrind's callgrind, because times on shared machines lie; only those of the work \
            itself count, on all its threads. Build with -c release.

            EXAMPLES:
              larder-bench micro
              larder-bench micro codec            only those whose names begin so
              larder-bench micro --check          fails when one takes 3 % more than its baseline
              larder-bench micro --renew          makes what is counted now the baseline
            """,
        subcommands: [])

    @Argument(help: "Beginnings of the names of those to run; all by default.")
    var names: [String] = []
    @Flag(help: "Fail when a benchmark takes more instructions than its baseline, or has none.")
    var check = false
    @Flag(help: "Write what is counted into the baseline.")
    var renew = false
    @Option(help: ArgumentHelp("How much more is too much.", valueName: "PERCENT"))
    var tolerance = 3.0
    @Option(help: ArgumentHelp("The baseline.", valueName: "FILE"), completion: .file())
    var baseline = "Benchmarks/micro/baseline.json"
    @Option(
        help: ArgumentHelp("Also write what is counted now into a file like a baseline.", valueName: "FILE"),
        completion: .file())
    var save: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard tolerance >= 0 else { throw ValidationError("--tolerance is 0 or more.") }
        guard !(check && renew) else { throw ValidationError("Give --check or --renew.") }
    }

    func run() async throws {
        #if DEBUG
        throw ValidationError("This is a debug build, which takes other instructions: build with -c release.")
        #else
        let counts = try await counts()
        try show(counts)
        if let save {
            let now = MicroBaseline(machine: .current, counts: counts)
            try now.encoded().write(to: URL(filePath: save), options: .atomic)
        }
        if renew { try write(counts) }
        if check { try compare(counts) }
        #endif
    }

    private func chosen() throws -> [MicroBenchmark] {
        let all = MicroBenchmark.all(in: "")
        guard !names.isEmpty else { return all }
        let chosen = all.filter { benchmark in names.contains { benchmark.name.hasPrefix($0) } }
        guard !chosen.isEmpty else {
            throw ValidationError("No benchmark begins so. There are \(all.map(\.name).joined(separator: ", ")).")
        }
        return chosen
    }

    private func counts() async throws -> [String: MicroCount] {
        let benchmarks = try chosen()
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") + "-micro"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ValidationError("There is no \(program): build the product larder-bench-micro, too.")
        }
        return try await ScratchDirectory.use { directory in
            let (results, stores) = ("\(directory)/counts", "\(directory)/stores")
            for path in [results, stores] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            let counts = try await CallgrindRun(of: program, [stores] + benchmarks.map(\.name)).run(in: results)
            var found: [String: MicroCount] = [:]
            for benchmark in benchmarks {
                guard let count = counts[benchmark.name], count > 0 else {
                    throw ValidationError(
                        "Nothing was counted for \(benchmark.name): was larder-bench built where valgrind's headers are?"
                    )
                }
                found[benchmark.name] = MicroCount(
                    unit: benchmark.unit, instructions: Double(count) / Double(benchmark.units))
            }
            return found
        }
    }

    private func show(_ counts: [String: MicroCount]) throws {
        let report = MicroBaseline(machine: .current, counts: counts)
        if json { return print(String(decoding: try report.encoded(), as: UTF8.self), terminator: "") }
        let width = counts.keys.map(\.count).max() ?? 0
        for benchmark in MicroBenchmark.all(in: "") {
            guard let count = counts[benchmark.name] else { continue }
            let name = benchmark.name + String(repeating: " ", count: width - benchmark.name.count)
            print("\(name)  \((count.instructions * 100).rounded() / 100) instructions for each \(count.unit)")
        }
    }

    private func write(_ counts: [String: MicroCount]) throws {
        var renewed = MicroBaseline(machine: .current, counts: counts)
        if !names.isEmpty {
            renewed = try MicroBaseline(decoding: try InputFile.read(baseline), named: baseline)
            renewed.counts.merge(counts) { $1 }
        }
        try renewed.encoded().write(to: URL(filePath: baseline), options: .atomic)
        print("\(baseline) is renewed.")
    }

    private func compare(_ counts: [String: MicroCount]) throws {
        let before = try MicroBaseline(decoding: try InputFile.read(baseline), named: baseline)
        guard before.machine == .current else {
            print(
                "NOT COMPARED: the baseline is of another kind of processor (\(before.machine), and this is "
                    + "\(MicroMachine.current)).")
            return
        }
        let findings = before.findings(in: counts, tolerance: tolerance, isWhole: names.isEmpty)
        for finding in findings { print(finding.isFailure ? "FAILED: \(finding)" : "better: \(finding)") }
        let failures = findings.count { $0.isFailure }
        guard failures == 0 else {
            print(
                "If that is meant to be, 'larder-bench micro --renew' makes it the baseline; commit the file with its reason."
            )
            throw ExitCode.failure
        }
        print("No benchmark takes over \(tolerance) % more instructions than its baseline.")
    }
}
