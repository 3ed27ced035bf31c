import FoundationEssentials
import Micro
import Testing

@Suite struct MicroBenchmarkTests {
    /// Whatever is counted has to be the same work each time.
    @Test func eachDoesTheSameWorkInEachRun() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "micro-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: root) }
        func results(_ run: Int) throws -> [String: Int] {
            let directory = root.appending(path: "\(run)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            return try MicroBenchmark.all(in: directory.path).reduce(into: [:]) { $0[$1.name] = try $1.run() }
        }
        let first = try results(1)
        #expect(try results(2) == first)
        #expect(first.count == MicroBenchmark.all(in: "").count)
        #expect(first["index.lookup"] == 500)
        #expect(first["index.insert"] == 1_000)
        #expect(first["chunker.cut"] == 2 << 20)
    }

    @Test func countsAreReadFromCallgrindsFiles() throws {
        let text = """
            # callgrind format
            version: 1
            desc: Trigger: Client Request: hash.sha256

            positions: line
            events: Ir
            summary: 4711
            totals: 4712

            """
        #expect(CallgrindRun.count(in: text).map { [$0.name, "\($0.count)"] } == ["hash.sha256", "4712"])
        #expect(
            CallgrindRun.count(in: text.replacing("Client Request: hash.sha256", with: "Program termination")) == nil)
    }
}
