import ArgumentParser
import ChunkStore
import Chunking
import FoundationEssentials
import Glibc
import HitRates
import StoreMeasures
import Synchronization

/// Measures what a server's work costs, one kind after the other, with clients that have all of it ready beforehand.
///
/// Requests come at a steady rate, at which the server has pauses, as it has on a day: what is done without any pause costs less, since
/// commits share a sync and threads are awake. For the same reason what comes in one build right after something else is measured in
/// such builds: what they cost, without all of it that is known, is what the rest of it costs.
struct CostMeasurement {
    private let server: MeasuredServer
    private let directory: String
    private let isQuick: Bool
    private let clients: ParallelClients
    private var costs = ServerCosts()

    /// Of small pieces of work and of builds, and of layers of ``largeBytes``; in a second.
    private static let rate = 40.0
    private static let largeRate = 4.0
    private static let largeBytes = 4 << 20
    private static let partCount = 5
    /// How long the chains of records are: of few layers and of many.
    private static let chainLengths = (few: 2, many: 50)
    private static let megabyte = 1e6

    /// - Parameter isQuick: whether to do so little that it takes seconds, which says nothing.
    init(_ server: MeasuredServer, in directory: String, isQuick: Bool) {
        self.server = server
        self.directory = directory
        self.isQuick = isQuick
        clients = ParallelClients(server: server, project: "cost")
    }

    /// Does it. Takes two minutes or so.
    mutating func run() async throws -> ServerCosts {
        costs.idle = try cost { usleep(isQuick ? 100_000 : 5_000_000) } / (isQuick ? 0.1 : 5)
        let small = try (0..<count(400)).map { try SampleLayer(byteCount: 4096, seed: UInt64($0 + 1000)) }
        let large = try (0..<count(32)).map { try SampleLayer(byteCount: Self.largeBytes, seed: UInt64($0)) }
        let committed = try cost(small) { client, layer, _ in try client.send(layer) }
        costs.layer = committed.seconds
        let fetched = try cost(small) { client, layer, _ in try client.fetch(layer) }.seconds
        try await measureTransfers(large, beside: fetched)
        let below = try measureSteps(small)
        let built = try measureBuilds(on: below, of: small)
        // Without the bytes of the layers themselves, which are compressed in their own way.
        costs.wireRecord += committed.traffic.up - small.reduce(0) { $0 + $1.frameBytes } / Double(small.count)
        try await measureMaintenance(large, beside: built)
        try measureIndex()
        costs.measured = try Self.place()
        return costs
    }

    private func count(_ usual: Int) -> Int { isQuick ? max(2, usual / 50) : usual }

    /// Seconds of a processor that the server uses for something.
    private func cost(_ body: () -> Void) throws -> Double {
        let before = try server.processorSeconds
        body()
        return max(0, try server.processorSeconds - before)
    }

    /// The same, and the bytes that go to it and come from it, for each of many pieces of work that come at a steady rate: the median
    /// of ``partCount`` parts of them, since a machine that is shared is slow at times.
    private func cost<Item: Sendable>(
        _ items: [Item], rate: Double = Self.rate, reconnects: Bool = false,
        _ body: @escaping @Sendable (_ client: inout BuildClient, _ item: Item, _ number: Int) throws -> Void
    ) throws -> (seconds: Double, traffic: ParallelClients.Traffic) {
        let part = max(1, items.count / Self.partCount)
        let server = server
        let marks = Mutex<[Double]>([])
        let traffic = try clients.forEach(items, rate: rate, reconnects: reconnects) { client, item, number in
            if number.isMultiple(of: part) {
                let used = try server.processorSeconds
                marks.withLock { $0.append(used) }
            }
            try body(&client, item, number)
        }
        let end = try server.processorSeconds
        let used = marks.withLock { ($0 + [end]).sorted() }
        // The last part may be a short one.
        let parts = zip(used, used.dropFirst()).prefix(items.count / part).map { ($1 - $0) / Double(part) }.sorted()
        let count = Double(items.count)
        return (
            max(0, parts[parts.count / 2] - costs.idle / rate),
            ParallelClients.Traffic(up: traffic.up / count, down: traffic.down / count)
        )
    }

    /// - Parameter fetch: what a small layer costs that is fetched alone. Seconds of a processor.
    private mutating func measureTransfers(_ layers: [SampleLayer], beside fetch: Double) async throws {
        let bytes = layers.reduce(0) { $0 + $1.byteCount }
        let megabytes = bytes / Double(layers.count) / Self.megabyte
        let (disk, figures) = (try await server.diskBytes(), try await server.statistics())
        let up = try cost(layers, rate: Self.largeRate) { client, layer, _ in try client.send(layer) }
        costs.upload = max(0, up.seconds - costs.layer) / megabytes
        costs.wireUp = up.traffic.up / megabytes / Self.megabyte
        costs.diskFresh = (try await server.diskBytes() - disk) / bytes
        costs.chunkBytes = bytes / max(1, try await server.statistics().chunks - figures.chunks)
        let down = try cost(layers + layers, rate: 2 * Self.largeRate) { client, layer, _ in try client.fetch(layer) }
        costs.download = max(0, down.seconds - fetch) / megabytes
        costs.wireDown = down.traffic.down / megabytes / Self.megabyte
    }

    /// Records of short and of long chains, look-ups of few and of many steps.
    /// - Returns: a short graph all of whose steps are there.
    private mutating func measureSteps(_ layers: [SampleLayer]) throws -> SampleGraph {
        let (few, many) = (Self.chainLengths.few, min(Self.chainLengths.many, layers.count))
        let graphs = (0..<count(400)).map { graph in
            SampleGraph(
                names: (0..<many).map { $0 == many - 1 ? graph : -1 - $0 }, chain: layers[..<many].map(\.recipe.digest))
        }
        // All of the last one, below whose last step the others are alike.
        for step in 0..<(many - 1) {
            _ = try clients.forEach([graphs[0]]) { client, graph, _ in try client.record(step, of: graph) }
        }
        let long = try cost(graphs) { client, graph, _ in try client.record(many - 1, of: graph) }
        let shortGraphs = graphs.indices.map { graph in
            SampleGraph(names: (0..<few).map { $0 == few - 1 ? 100_000 + graph : -1 - $0 }, chain: graphs[0].chain)
        }
        let short = try cost(shortGraphs) { client, graph, _ in try client.record(few - 1, of: graph) }
        costs.chainLayer = max(0, long.seconds - short.seconds) / Double(many - few)
        costs.wireChainLayer = (long.traffic.up - short.traffic.up) / Double(many - few)
        costs.wireRecord = short.traffic.up - costs.wireChainLayer * Double(few)
        let below = SampleGraph(
            names: Array(shortGraphs[0].names.prefix(few)), chain: Array(shortGraphs[0].chain.prefix(few)))
        try measureLookups(graphs[0], short: below)
        return below
    }

    /// Builds that find everything, that fetch a layer beside, and that build one on top.
    /// - Returns: the bytes of layers that they built.
    private mutating func measureBuilds(on below: SampleGraph, of layers: [SampleLayer]) throws -> Double {
        let there = below.names.count
        costs.image = try rest(
            layers.map { _ in PreparedJob(graph: below, found: there, layers: [], fetched: []) })
        costs.fetch = try rest(
            layers.map { PreparedJob(graph: below, found: there, layers: [], fetched: [$0]) })
        let builds = try layers.indices.map { number in
            let layer = try SampleLayer(byteCount: 4096, seed: (1 << 42) + UInt64(number))
            let graph = SampleGraph(
                names: below.names + [200_000 + number], chain: below.chain + [layer.recipe.digest])
            return PreparedJob(graph: graph, found: there, layers: [layer], fetched: [])
        }
        costs.record = try rest(builds)
        return builds.reduce(0) { $0 + $1.work.sent }
    }

    /// What each of these builds, which are alike, costs beside what is known of it: seconds of a processor.
    private func rest(_ builds: [PreparedJob]) throws -> Double {
        let all = try cost(builds, reconnects: true) { client, job, number in try job.run(&client, number: number) }
        return max(0, all.seconds - (builds.first.map { costs.processor(for: $0.work) } ?? 0))
    }

    private mutating func measureLookups(_ graph: SampleGraph, short: SampleGraph) throws {
        let (few, many) = (try lookups(short), try lookups(graph))
        let difference = graph.names.count - short.names.count
        costs.lookupStep = max(0, many.seconds - few.seconds) / Double(max(1, difference))
        costs.lookup = max(0, few.seconds - Double(short.names.count) * costs.lookupStep)
        costs.connection = max(0, try lookups(short, reconnects: true).seconds - few.seconds)
        costs.wireStepUp = many.traffic.up / Double(graph.names.count)
        costs.wireStepDown = many.traffic.down / Double(graph.names.count)
    }

    /// For one look-up of a graph, all of which is there.
    private func lookups(
        _ graph: SampleGraph, reconnects: Bool = false
    ) throws -> (seconds: Double, traffic: ParallelClients.Traffic) {
        try cost(Array(repeating: graph, count: count(400)), reconnects: reconnects) { client, graph, _ in
            let hits = try client.look(up: graph)
            guard hits == graph.names.count else {
                throw ScaleError("of \(graph.names.count) steps that were recorded \(hits) are hits")
            }
        }
    }

    /// - Parameter others: the bytes of layers that are kept beside these.
    private mutating func measureMaintenance(_ layers: [SampleLayer], beside others: Double) async throws {
        let bytes = layers.reduce(others) { $0 + $1.byteCount }
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
