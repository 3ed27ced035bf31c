import ArgumentParser
import ChunkStore
import SystemPackage

/// `larder-bench store fsck`: how long a check and a rebuild take, and how much memory.
struct CheckingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck", abstract: "Checks a store and makes its index anew; prints rows of results.")

    @Option(help: "The root.") var root: String

    func run() throws {
        try measure("fsck") {
            let report = try Store.check(FilePath(root))
            guard report.isClean else { throw BenchError("the check found \(report.counts)") }
        }
        try measure("rebuild") {
            let report = try Store.rebuild(FilePath(root)) { _, _, _, _ in "a record" }
            guard report.losses.isEmpty else { throw BenchError("the rebuild lost \(report.losses)") }
        }
    }

    private func measure(_ name: String, _ body: () throws -> Void) throws {
        let memory = PeakMemory()
        let start = ContinuousClock.now
        try body()
        Row("\(name)-seconds", start.duration(to: .now).seconds, "s").print()
        Row("\(name)-peak-anonymous", Double(try memory.stop()) / 1e6, "MB").print()
    }
}
