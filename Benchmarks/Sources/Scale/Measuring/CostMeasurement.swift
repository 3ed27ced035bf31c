import ArgumentParser
import ChunkStore
import Chunking
import FoundationEssentials
import Glibc
import StoreMeasures

/// Measures what a server's work costs, one kind after the other, with a client that has all of it ready beforehand.
struct CostMeasurement {
    private let server: MeasuredServer
    private let directory: String
    private let isQuick: Bool
    private var costs = ServerCosts()

    private static let megabyte = 1e6

    /// - Parameter isQuick: whether to do so little that it takes seconds, which says nothing.
    init(_ server: MeasuredServer, in directory: String, isQuick: Bool) {
        self.server = server
        self.directory = directory
        self.isQuick = isQuick
    }

    /// Does it. Takes a minute or so.
    mutating func run() async throws -> ServerCosts {
        costs.idle = try processor { usleep(isQuick ? 100_000 : 5_000_000) } / (isQuick ? 0.1 : 5)
        var client = try BuildClient(server, project: "cost")
        let small = try (0..<count(200)).map { try SampleLayer(byteCount: 4096, seed: UInt64($0 + 1000)) }
        costs.layer = try processor { for layer in small { try client.send(layer) } } / Double(small.count)
        let large = try (0..<count(8)).map { try SampleLayer(byteCount: 16 << 20, seed: UInt64($0)) }
        try await measureTransfers(&client, large)
        try measureSteps(&client, small)
        try await measureMaintenance(&client, large)
        try measureIndex()
        costs.measured = try Self.place()
        return costs
    }

    private func count(_ usual: Int) -> Int { isQuick ? max(2, usual / 50) : usual }

    /// Seconds of a processor that the server uses for something.
    private func processor(_ body: () throws -> Void) throws -> Double {
        let before = try server.processorSeconds
        try body()
        return max(0, try server.processorSeconds - before)
    }

    private mutating func measureTransfers(_ client: inout BuildClient, _ layers: [SampleLayer]) async throws {
        let bytes = layers.reduce(0) { $0 + $1.byteCount }
        let (disk, figures, sent) = (try await server.diskBytes(), try await server.statistics(), client.sentBytes)
        let up = try processor { for layer in layers { try client.send(layer) } }
        costs.upload = max(0, up - costs.layer * Double(layers.count)) / bytes * Self.megabyte
        costs.wireUp = Double(client.sentBytes - sent) / bytes
        costs.diskFresh = (try await server.diskBytes() - disk) / bytes
        costs.chunkBytes = bytes / max(1, try await server.statistics().chunks - figures.chunks)
        let received = client.receivedBytes
        let rounds = 3
        let down = try processor { for _ in 0..<rounds { for layer in layers { try client.fetch(layer) } } }
        costs.download = down / (bytes * Double(rounds)) * Self.megabyte
        costs.wireDown = Double(client.receivedBytes - received) / (bytes * Double(rounds))
    }

    private mutating func measureSteps(_ client: inout BuildClient, _ layers: [SampleLayer]) throws {
        let length = min(20, layers.count)
        let graphs = (0..<count(20)).map { graph in
            SampleGraph(
                names: (0..<length).map { graph * 100 + $0 }, chain: layers[..<length].map(\.recipe.digest))
        }
        let recorded = Double(graphs.count * length)
        costs.record =
            try processor {
                for graph in graphs { for step in 0..<length { try client.record(step, of: graph) } }
            } / recorded
        let short = SampleGraph(names: Array(graphs[0].names.prefix(2)), chain: graphs[0].chain)
        let (few, many) = (try lookups(&client, short), try lookups(&client, graphs[0]))
        costs.lookupStep = max(0, many.seconds - few.seconds) / Double(max(1, length - 2))
        costs.lookup = max(0, few.seconds - 2 * costs.lookupStep)
        costs.wireStep = many.bytes / Double(length)
        let images = count(100)
        costs.image =
            try processor { for tag in 0..<images { try client.assemble(graphs[0], tag: tag) } } / Double(images)
    }

    /// For one look-up of a graph, all of which is there: seconds of a processor, and bytes in both directions.
    private func lookups(_ client: inout BuildClient, _ graph: SampleGraph) throws -> (seconds: Double, bytes: Double) {
        let times = count(500)
        let before = client.sentBytes + client.receivedBytes
        let seconds = try processor {
            for _ in 0..<times {
                let hits = try client.look(up: graph)
                guard hits == graph.names.count else {
                    throw ScaleError("of \(graph.names.count) steps that were recorded \(hits) are hits")
                }
            }
        }
        return (seconds / Double(times), Double(client.sentBytes + client.receivedBytes - before) / Double(times))
    }

    private mutating func measureMaintenance(_ client: inout BuildClient, _ layers: [SampleLayer]) async throws {
        let bytes = layers.reduce(0) { $0 + $1.byteCount }
        // What nothing refers to would be collected and not packed.
        let graph = SampleGraph(names: layers.indices.map { 90_000 + $0 }, chain: layers.map(\.recipe.digest))
        for step in layers.indices { try client.record(step, of: graph) }
        let before = try server.processorSeconds
        try await server.maintain()
        costs.maintenance = (try server.processorSeconds - before) / bytes * Self.megabyte
        costs.diskPacked = try await server.statistics().storedBytes / bytes
    }

    /// In a store of its own that has many chunks and next to no bytes.
    private mutating func measureIndex() throws {
        let synthetic = try SyntheticStore.parse(["--root", "\(directory)/index", "--gigabytes", isQuick ? "1" : "10"])
        let (store, project) = try synthetic.open(isReal: false)
        defer { store.close() }
        try synthetic.fill(store, project)
        let chunks = Double(synthetic.chunkCount)
        costs.indexChunk = Double(try store.statistics().indexBytes) / chunks
        let before = clock()
        _ = try store.collect()
        costs.collection = Double(clock() - before) / Double(CLOCKS_PER_SEC) / chunks
    }

    /// The processor's name, and the day.
    private static func place() throws -> String {
        let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name =
            line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingPrefix(" ") } ?? "an unknown processor"
        return
            "\(name), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors, \(Date.now.formatted(.iso8601.year().month().day()))"
    }
}
