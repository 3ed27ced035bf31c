import Glibc
import HitRates

/// A build whose requests are ready: nothing of the client's own work falls into the time that is measured.
struct PreparedJob: Sendable {
    /// The whole graph: what others have built, and then what is new.
    let graph: SampleGraph
    /// How many of its steps are there.
    let found: Int
    /// Those that are built, one for each further step.
    let layers: [SampleLayer]
    /// Layers that are there and are fetched.
    let fetched: [SampleLayer]

    /// What it asks of a server, as the model counts.
    var work: JobWork {
        JobWork(
            steps: graph.names.count, recorded: layers.count, seconds: 0, sent: layers.reduce(0) { $0 + $1.byteCount },
            received: fetched.reduce(0) { $0 + $1.byteCount }, fetched: fetched.count)
    }

    /// How long building a step takes, in place of the seconds or minutes of a real one: long enough for the server's threads to
    /// have gone to sleep, as they have then. Microseconds.
    private static let stepMicroseconds: UInt32 = 50_000

    /// Does what a build does, but building, for which it waits.
    func run(_ client: inout BuildClient, number: Int) throws {
        let hits = try client.look(up: graph)
        guard hits == found else { throw ScaleError("\(hits) steps of build \(number) are hits, not \(found)") }
        for layer in fetched { try client.fetch(layer) }
        for (position, layer) in layers.enumerated() {
            usleep(Self.stepMicroseconds)
            try client.send(layer)
            try client.record(found + position, of: graph)
        }
        try client.assemble(graph, tag: number)
    }
}
