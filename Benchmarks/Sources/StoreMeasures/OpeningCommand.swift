import ArgumentParser
import ChunkStore
import Chunking

/// `larder-bench store open`: how long a store takes to open, and to answer.
struct OpeningCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Opens a store that 'index' made and asks it for chunks; prints rows of results."
    )

    @OptionGroup var synthetic: SyntheticStore
    @Option(help: "What the rows are called.") var name = "open"

    func run() throws {
        let start = ContinuousClock.now
        let (store, project) = try synthetic.open()
        Row("\(name)-seconds", start.duration(to: .now).seconds, "s").print()
        try synthetic.reportExistence(in: store, project, name: name)
        Row("\(name)-resident-anonymous", Double(try Memory.anonymous()) / 1e6, "MB").print()
        store.close()
    }
}

/// `larder-bench store load`: uploads for ever, to be killed.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Stores random layers of 100 MB until it is killed, two at a time.")

    @OptionGroup var synthetic: SyntheticStore

    func run() throws {
        let (store, project) = try synthetic.open()
        let loads = (0..<2).map { thread in
            Load { number in
                var writer = store.beginBlob(in: project)
                for _ in 0..<100 {
                    let part = Self.part()
                    try unsafe writer.write(part.span.bytes)
                }
                _ = try writer.commit(expecting: nil)
                Output.line("\(thread): \(number + 1) layers")
            }
        }
        Output.line("started")
        for load in loads { _ = try load.wait() }
    }

    /// A megabyte, half of which is random.
    private static func part() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        var writer = ByteWriter(capacity: 1 << 20)
        for _ in 0..<1 << 16 { writer.writeFixed(random.next()) }
        return writer.bytes + [UInt8](repeating: 0, count: 1 << 19)
    }
}
