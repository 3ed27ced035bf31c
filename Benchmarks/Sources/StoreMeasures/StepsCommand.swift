import ArgumentParser
import ChunkStore
import Chunking
import Dispatch
import Logging
import Synchronization
import SystemPackage

/// `larder-bench store steps`: a root with many step records, as a server has that many builds record in.
struct StepsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps", abstract: "Writes step records of a project, in several scopes; prints rows of results.")

    @Option(help: "The root.") var root: String
    @Option(help: "How many records.") var count = 1_000_000
    @Option(help: "In how many scopes.") var scopes = 50
    @Option(help: "The project.") var project = "shop"

    /// As many wait for the disk together.
    private static let writers = 200

    func run() throws {
        let store = try Store(
            opening: FilePath(root), options: Store.Options(), logger: Logger(label: "larder-bench"))
        defer { store.close() }
        let id = try store.makeProject(named: project)
        let start = ContinuousClock.now
        let next = Atomic(0)
        let failures = Atomic(0)
        let (count, scopes) = (count, scopes)
        let group = DispatchGroup()
        for writer in 0..<Self.writers {
            // Each has a thread of its own.
            DispatchQueue(label: "writer \(writer)").async(group: group) {
                do {
                    while case let number = next.add(1, ordering: .relaxed).oldValue, number < count {
                        let record = Self.record(number, scope: number % scopes)
                        _ = try store.put(record.value, in: .step, key: record.key, project: id)
                    }
                } catch {
                    failures.add(1, ordering: .relaxed)
                }
            }
        }
        group.wait()
        guard failures.load(ordering: .relaxed) == 0 else { throw BenchError("records could not be written") }
        Row("steps-written", Double(count), "records").print()
        Row("steps-seconds", start.duration(to: .now).seconds, "s").print()
    }

    /// In the form that `larderd` reads: see `StepRecord+coding.swift`.
    private static func record(_ number: Int, scope: Int) -> (key: [UInt8], value: [UInt8]) {
        let key = Digest(hashing: Array("step \(number)".utf8))
        let name = scope == 0 ? "main" : "feature/\(scope)"
        var writer = ByteWriter(capacity: 300)
        writer.write(2)
        writer.write(key)
        writer.write(Digest(hashing: []))
        writer.writeVarint(0)
        writer.writeFixed((1.5).bitPattern)
        writer.writeSignedVarint(1_796_000_000)
        writer.writeCounted(name.utf8)
        writer.writeCounted("runner-\(number % 97)".utf8)
        writer.writeCounted("RUN make step-\(number) && make install DESTDIR=/out".utf8)
        // Nobody is known, and nobody has signed.
        writer.write(0)
        for _ in 0..<2 { writer.write(0) }
        writer.writeVarint(2)
        for component in ["arguments", "environment.PATH"] {
            writer.writeCounted(component.utf8)
            writer.write(key)
        }
        return (Array(name.utf8) + [0] + key.rawBytes, writer.bytes)
    }
}
