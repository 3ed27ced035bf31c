import Chunking
import HitRates
import SeededData

/// Loads a real server with builds of a replayed history, and compares what that takes with the model.
struct LoadCheck {
    let server: MeasuredServer
    let costs: ServerCosts
    /// Builds in the order in which they come.
    let jobs: [JobWork]

    private static let project = "check"
    /// How many steps have been built before.
    private static let baseSteps = 100

    /// - Parameters:
    ///   - rate: builds a second.
    ///   - byteShare: how much of their bytes is sent and fetched, so that one small machine can be client and server.
    func run(rate: Double, byteShare: Double, seconds: Double) async throws -> LoadPoint {
        let (base, pool) = try prepareServer()
        let prepared = try prepare(count: Int(rate * seconds), byteShare, base, pool)
        var point = LoadPoint(rate: rate, byteShare: byteShare)
        let (disk, before) = (try await server.diskBytes(), try server.processorSeconds)
        let start = ContinuousClock.now
        let clients = ParallelClients(server: server, project: Self.project)
        let wire = try clients.forEach(prepared, rate: rate, reconnects: true) { client, job, number in
            try job.run(&client, number: number)
        }
        point.seconds =
            Double((ContinuousClock.now - start).components.seconds)
            + Double((ContinuousClock.now - start).components.attoseconds) / 1e18
        point.builds = prepared.count
        point.processor.measured = try server.processorSeconds - before
        point.disk.measured = try await server.diskBytes() - disk
        point.bytesUp.measured = wire.up
        point.bytesDown.measured = wire.down
        point.processor.predicted = costs.idle * point.seconds
        for job in prepared.map(\.work) {
            point.processor.predicted += costs.processor(for: job)
            point.bytesUp.predicted += costs.bytesUp(for: job)
            point.bytesDown.predicted += costs.bytesDown(for: job)
            point.disk.predicted += costs.diskFresh * job.sent
        }
        return point
    }

    /// Steps that are there, and layers that are fetched.
    private func prepareServer() throws -> (base: SampleGraph, pool: [SampleLayer]) {
        var client = try BuildClient(server, project: Self.project)
        let small = try SampleLayer(byteCount: 4096, seed: 1 << 40)
        try client.send(small)
        let base = SampleGraph(
            names: (0..<Self.baseSteps).map { -1 - $0 },
            chain: [_](repeating: small.recipe.digest, count: Self.baseSteps))
        for step in base.names.indices { try client.record(step, of: base) }
        let pool = try (0..<8).map { try SampleLayer(byteCount: (256 << 10) << ($0 % 4), seed: (1 << 41) + UInt64($0)) }
        for layer in pool { try client.send(layer) }
        return (base, pool)
    }

    private func prepare(
        count: Int, _ byteShare: Double, _ base: SampleGraph, _ pool: [SampleLayer]
    ) throws -> [PreparedJob] {
        // What is left over when a build fetches whole layers only, for the next one.
        var owed = 0.0
        var random = SeededBytes(seed: UInt64(count))
        return try (0..<count).map { number in
            let job = jobs[number % jobs.count].withBytes(byteShare)
            let size = job.recorded > 0 ? max(4096, Int(job.sent) / job.recorded) : 0
            let layers = try (0..<job.recorded).map { _ in try SampleLayer(byteCount: size, seed: random.next()) }
            let found = min(job.steps - job.recorded, base.names.count)
            owed += job.received
            var fetched: [SampleLayer] = []
            while let layer = pool.filter({ $0.byteCount <= owed }).max(by: { $0.byteCount < $1.byteCount }) {
                fetched.append(layer)
                owed -= layer.byteCount
            }
            let graph = SampleGraph(
                names: Array(base.names.prefix(found)) + layers.indices.map { number * 1_000 + $0 },
                chain: Array(base.chain.prefix(found)) + layers.map(\.recipe.digest))
            return PreparedJob(graph: graph, found: found, layers: layers, fetched: fetched)
        }
    }
}
