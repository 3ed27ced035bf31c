import FoundationEssentials
import Subprocess
import SystemPackage

/// A run of a program below callgrind, which counts what ``MicroBenchmark/run()`` has counted.
public struct CallgrindRun {
    private let program: String
    private let arguments: [String]

    /// - Parameters:
    ///   - program: the program, which runs micro-benchmarks.
    ///   - arguments: what it is given.
    public init(of program: String, _ arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    /// Instructions by the name of the benchmark.
    /// - Parameter directory: for callgrind's files; empty.
    /// - Throws: ``MicroError``.
    public func run(in directory: String) async throws -> [String: Int] {
        try await runValgrind(in: directory)
        var counts: [String: Int] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: directory) where file.hasPrefix("counts.") {
            let text = try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)
            if let (name, count) = Self.count(in: text) { counts[name] = count }
        }
        return counts
    }

    private func runValgrind(in directory: String) async throws {
        let options = [
            "--tool=callgrind", "--quiet", "--instr-atstart=no", "--callgrind-out-file=\(directory)/counts",
        ]
        do {
            let ended = try await Subprocess.run(
                .name("valgrind"), arguments: Arguments(options + [program] + arguments),
                // Tables that are hashed differently in each run take other numbers of instructions.
                environment: .inherit.updating(["SWIFT_DETERMINISTIC_HASHING": "1"]),
                output: .discarded, error: .string(limit: 100_000))
            guard ended.terminationStatus.isSuccess else {
                throw MicroError("valgrind failed (\(ended.terminationStatus)): \(ended.standardError)")
            }
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw MicroError("There is no valgrind: install the package valgrind, or run 'deploy/install-deps bench'.")
        }
    }

    /// What a file of callgrind says was counted, and for what; `nil` for the file of what is left at the program's end. The
    /// format is that of valgrind's manual, "Callgrind Format Specification".
    package static func count(in text: String) -> (name: String, count: Int)? {
        var name: String?
        var count: Int?
        let trigger = "desc: Trigger: Client Request: "
        for line in text.split(separator: "\n") {
            if line.hasPrefix(trigger) { name = String(line.dropFirst(trigger.count)) }
            if line.hasPrefix("totals: ") { count = Int(line.dropFirst("totals: ".count)) }
            if count == nil, line.hasPrefix("summary: ") { count = Int(line.dropFirst("summary: ".count)) }
        }
        guard let name, let count else { return nil }
        return (name, count)
    }
}
