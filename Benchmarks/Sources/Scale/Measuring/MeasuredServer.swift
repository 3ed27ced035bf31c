import ChildPrograms
import FoundationEssentials
import Glibc
import LoadGenerator
import Synchronization

/// A larderd that is there only to be measured.
final class MeasuredServer: Sendable {
    /// Where it listens.
    let target: LoadTarget
    /// Its root.
    let root: String
    private let program: String
    private let processID: pid_t

    /// Starts `program` on an empty root below `directory`.
    init(_ program: String, in directory: String) throws {
        self.program = program
        root = "\(directory)/root"
        let port = UInt16.random(in: 20_000..<32_000)
        target = try LoadTarget("http://127.0.0.1:\(port)/")
        processID = try ChildProgram.start(
            [program, "--root", root, "--listen", "127.0.0.1:\(port)", "--limits", "request-rate=0"]
                + ["--maintenance-interval", "0", "--lease-period", "0"], log: "\(directory)/log")
        for _ in 0..<150 {
            usleep(100_000)
            if let status = try? get("/healthz"), status == 200 { return }
        }
        stop()
        let log = (try? String(contentsOfFile: "\(directory)/log", encoding: .utf8)) ?? ""
        throw ScaleError("\(program) did not start: \(log.suffix(1000))")
    }

    private func get(_ path: String) throws -> Int {
        var connection = try Connection(to: target)
        return try connection.ask("GET", path).status
    }

    /// Ends it as an operator would, and waits until it is gone.
    func stop() {
        ChildProgram.end(processID)
    }

    /// The time that it has had of all processors. Seconds.
    var processorSeconds: Double {
        get throws {
            // Finer than the hundredths of a second in /proc.
            var (clock, time) = (clockid_t(), timespec())
            guard unsafe clock_getcpuclockid(processID, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
                throw ScaleError("the kernel does not say what the server used")
            }
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
    }

    /// What the server says of its store.
    func statistics() async throws -> StoreFigures {
        try JSONDecoder().decode(
            StoreFigures.self,
            from: Data(try ChildProgram.output([program, "stats", "--root", root, "--json"]).utf8))
    }

    /// All background work, to its end.
    func maintain() async throws {
        _ = try ChildProgram.output([program, "maintain", "--root", root])
    }

    /// What the root takes on disk. Bytes.
    func diskBytes() async throws -> Double {
        let text = try ChildProgram.output(["du", "--summarize", "--block-size=1", root])
        return text.split(separator: "\t").first.flatMap { Double($0) } ?? 0
    }
}

/// What `larderd stats --json` says, as far as it matters here.
struct StoreFigures: Codable {
    private enum CodingKeys: String, CodingKey {
        case indexBytes = "bytes.index"
        case storedBytes = "bytes.stored"
        case chunks
    }

    let indexBytes: Double
    let storedBytes: Double
    let chunks: Double
}
