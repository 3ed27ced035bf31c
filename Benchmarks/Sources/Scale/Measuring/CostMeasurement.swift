import ArgumentParser
import ChunkStore
import Chunking
import FoundationEssentials
import Glibc
import StoreMeasures

/// Measures what a server's work costs, one kind after the other, with clients that have all of it ready beforehand.
struct CostMeasurement {
    private let server: MeasuredServer
    private let directory: String
    private let isQuick: Bool
    private let clients: ParallelClients
    private var costs = ServerCosts()

    private static let megabyte = 1e6

    /// - Parameter isQuick: whether to do so little that it takes seconds, which says nothing.
    init(_ server: MeasuredServer, in directory: String, isQuick: Bool) {
        self.server = server
        self.directory = directory
        self.isQuick = isQuick
        clients = ParallelClients(server: server, project: "cost", count: 4)
    }

    /// Does it. Takes half a minute or so.
    mutating func run() async throws -> ServerCosts {
        costs.idle = try cost { usleep(isQuick ? 100_000 : 5_000_000) }.seconds / (isQuick ? 0.1 : 5)
        let small = try (0..<count(400)).map { try SampleLayer(byteCount: 4096, seed: UInt64($0 + 1000)) }
        let large = try (0..<count(8)).map { try SampleLayer(byteCount: 16 << 20, seed: UInt64($0)) }
        let committed = try cost { try clients.forEach(small) { client, layer, _ in try client.send(layer) } }
        costs.layer = committed.seconds / Double(small.count)
        costs.fetch =
            try cost { try clients.forEach(small) { client, layer, _ in try client.fetch(layer) } }.seconds
            / Double(small.count)
        try await measureTransfers(large)
        let recorded = try measureSteps(small)
        // Without the bytes of the layers themselves.
        costs.wireRecord = recorded + committed.traffic.up / Double(small.count) - small[0].byteCount * costs.wireUp
        try await measureMaintenance(large)
        try measureIndex()
        costs.measured = try Self.place()
        return costs
    }

    private func count(_ usual: Int) -> Int { isQuick ? max(2, usual / 50) : usual }

    /// Seconds of a processor that the server uses for something, and the bytes that go to it and come from it.
    private func cost(_ body: () throws -> ParallelClients.Traffic) throws -> (
        seconds: Double, traffic: ParallelClients.Traffic
    ) {
        let before = try server.processorSeconds
        let traffic = try body()
        return (max(0, try server.processorSeconds - before), traffic)
    }

    private func cost(_ body: () -> Void) throws -> (seconds: Double, traffic: ParallelClients.Traffic) {
        try cost {
            body()
            return ParallelClients.Traffic()
        }
    }

    private mutating func measureTransfers(_ layers: [SampleLayer]) async throws {
        let bytes = layers.reduce(0) { $0 + $1.byteCount }
        let (disk, figures) = (try await server.diskBytes(), try await server.statistics())
        let up = try cost { try clients.forEach(layers) { client, layer, _ in try client.send(layer) } }
        costs.upload = max(0, up.seconds - costs.layer * Double(layers.count)) / bytes * Self.megabyte
        costs.wireUp = up.traffic.up / bytes
        costs.diskFresh = (try await server.diskBytes() - disk) / bytes
        costs.chunkBytes = bytes / max(1, try await server.statistics().chunks - figures.chunks)
        let fetched = layers + layers + layers
        let down = try cost { try clients.forEach(fetched) { client, layer, _ in try client.fetch(layer) } }
        let known = costs.fetch * Double(fetched.count)
        costs.download = max(0, down.seconds - known) / (3 * bytes) * Self.megabyte
        costs.wireDown = down.traffic.down / (3 * bytes)
    }

    /// - Returns: bytes up for each record.
    private mutating func measureSteps(_ layers: [SampleLayer]) throws -> Double {
        let length = min(20, layers.count)
        let graphs = (0..<count(20)).map { graph in
            SampleGraph(
                names: (0..<length).map { graph * 100 + $0 }, chain: layers[..<length].map(\.recipe.digest))
        }
        let records = try cost {
            try clients.forEach(graphs) { client, graph, _ in
                for step in 0..<length { try client.record(step, of: graph) }
            }
        }
        let recorded = Double(graphs.count * length)
        costs.record = records.seconds / recorded
        let short = SampleGraph(names: Array(graphs[0].names.prefix(2)), chain: graphs[0].chain)
        let (few, many) = (try lookups(short), try lookups(graphs[0]))
        costs.lookupStep = max(0, many.seconds - few.seconds) / Double(max(1, length - 2))
        costs.lookup = max(0, few.seconds - 2 * costs.lookupStep)
        costs.wireStepUp = many.traffic.up / Double(length)
        costs.wireStepDown = many.traffic.down / Double(length)
        let images = Array(repeating: graphs[0], count: count(200))
        costs.image =
            try cost {
                try clients.forEach(images) { client, graph, number in try client.assemble(graph, tag: number) }
            }.seconds / Double(images.count)
        return records.traffic.up / recorded
    }

    /// For one look-up of a graph, all of which is there.
    private func lookups(_ graph: SampleGraph) throws -> (seconds: Double, traffic: ParallelClients.Traffic) {
        let graphs = Array(repeating: graph, count: count(2_000))
        let all = try cost {
            try clients.forEach(graphs) { client, graph, _ in
                let hits = try client.look(up: graph)
                guard hits == graph.names.count else {
                    throw ScaleError("of \(graph.names.count) steps that were recorded \(hits) are hits")
                }
            }
        }
        let number = Double(graphs.count)
        return (
            all.seconds / number, ParallelClients.Traffic(up: all.traffic.up / number, down: all.traffic.down / number)
        )
    }

    private mutating func measureMaintenance(_ layers: [SampleLayer]) async throws {
        let bytes = layers.reduce(0) { $0 + $1.byteCount }
        // What nothing refers to would be collected and not packed.
        let graph = SampleGraph(names: layers.indices.map { 90_000 + $0 }, chain: layers.map(\.recipe.digest))
        _ = try clients.forEach(Array(layers.indices)) { client, step, _ in try client.record(step, of: graph) }
        let before = try server.processorSeconds
        try await server.maintain()
        costs.maintenance = (try server.processorSeconds - before) / bytes * Self.megabyte
        costs.diskPacked = try await server.statistics().storedBytes / bytes
    }

    /// In a store of its own that has many chunks and next to no bytes.
    private mutating func measureIndex() throws {
        let synthetic = try SyntheticStore.parse(["--root", "\(directory)/index", "--gigabytes", isQuick ? "1" : "20"])
        let (store, project) = try synthetic.open(isReal: false, keepsNew: false)
        defer { store.close() }
        try synthetic.fill(store, project)
        costs.indexChunk = Double(try store.statistics().indexBytes) / Double(synthetic.chunkCount)
        try synthetic.forgetHalf(of: store, project)
        let before = clock()
        let removed = try store.collect().removedChunks
        guard removed > 0 else { throw ScaleError("a collection of half a store removed nothing") }
        costs.collection = Double(clock() - before) / Double(CLOCKS_PER_SEC) / Double(removed)
    }

    /// The processor's name, and the day.
    private static func place() throws -> String {
        let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingPrefix(" ") } ?? "unknown processor"
        let day = Date.now.formatted(.iso8601.year().month().day())
        return "\(name), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors, \(day)"
    }
}
