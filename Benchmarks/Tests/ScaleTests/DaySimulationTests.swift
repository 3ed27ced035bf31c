import HitRates
import Scale
import Testing

@Suite struct DaySimulationTests {
    private let costs: ServerCosts = {
        var costs = ServerCosts()
        costs.lookup = 0.001
        costs.lookupStep = 0.0001
        costs.record = 0.002
        costs.layer = 0.001
        costs.upload = 0.005
        costs.fetch = 0.001
        costs.download = 0.002
        costs.maintenance = 0.02
        costs.wireUp = 0.5
        costs.wireDown = 0.4
        costs.diskFresh = 0.5
        costs.diskPacked = 0.25
        costs.indexChunk = 200
        costs.chunkBytes = 50_000
        return costs
    }()
    private let job = JobWork(steps: 10, recorded: 2, seconds: 60, sent: 20e6, received: 50e6, fetched: 3)

    private func report(_ change: (inout DaySettings) -> Void = { _ in }) -> DayReport {
        var settings = DaySettings()
        settings.builds = 20_000
        settings.runners = 200
        change(&settings)
        return DaySimulation(costs: costs, histories: [[job]], settings: settings).run()
    }

    @Test func sumsAreThoseOfAllBuilds() {
        let report = report()
        #expect(report.steps == 200_000)
        #expect(report.newBytes == 20_000 * 20e6)
        // 0.001 + 10 · 0.0001 + 2 · 0.003 + 20 · 0.005 + 3 · 0.001 + 50 · 0.002 for each build
        #expect(abs(report.processor.mean - 20_000 * 0.211 / 86_400) < 1e-6)
        #expect(abs(report.up.mean - 20_000 * 10e6 / 86_400) < 1)
        #expect(abs(report.maintenance - 20_000 * 20 * 0.02 / 86_400) < 1e-9)
        #expect(report.processor.busiest > report.processor.mean)
        let packed = 0.25 * 20_000 * 20e6
        #expect(abs(report.diskBytes - (packed * 8 + report.indexBytes)) < 1e3)
    }

    /// Two steps that are recorded on eight: the first names nine layers, the second ten, the image ten.
    @Test func layersThatAreNamedCount() {
        #expect(job.namedLayers == 9 + 10 + 10)
        var named = ServerCosts()
        named.chainLayer = 0.001
        named.wireChainLayer = 70
        named.connection = 0.5
        #expect(abs(named.processor(for: job) - 0.529) < 1e-9)
        #expect(named.bytesUp(for: job) == 29 * 70)
    }

    @Test func whereOneMachineEndsGrowsWithTheMachine() throws {
        let small = report { $0.machine = MachineSize(cores: 4, network: 1, disk: 1) }
        #expect(small.limits.map(\.builds) == small.limits.map(\.builds).sorted())
        let first = try #require(small.limits.first)
        #expect(first.part == "disk")
        #expect(abs(first.builds - 20_000 * 0.8e12 / small.diskBytes) < 1)
        let large = report { $0.machine = MachineSize(cores: 4, network: 1, disk: 1000) }
        #expect(large.limits.first?.part != "disk")
        // At the limit itself the part is as full as it may be.
        let atLimit = report {
            $0.machine = MachineSize(cores: 4, network: 1, disk: 1)
            $0.builds = Int(first.builds)
        }
        #expect(abs(atLimit.diskBytes / 0.8e12 - 1) < 0.01)
    }

    @Test func tooFewRunnersMakeBuildsWait() {
        let enough = report()
        #expect(enough.longestWait == 0)
        #expect(enough.busyRunners > 10)
        let few = report { $0.runners = 5 }
        #expect(few.longestWait > 60)
    }

    @Test func aSeedMakesTheSameDay() {
        #expect(report() == report())
        #expect(report { $0.seed = 2 } != report())
    }

    @Test func runnersBeginInTheOrderInWhichTheyAreFree() {
        var pool = RunnerPool(count: 2)
        let starts = [(0.0, 10.0), (1, 2), (2, 5), (2, 1), (20, 1)].map { pool.begin(at: $0.0, for: $0.1) }
        #expect(starts == [0, 1, 3, 8, 20])
    }

    @Test func whatIsFarFromItsPredictionIsAMiss() {
        var point = LoadPoint(rate: 2, byteShare: 0.1)
        point.processor = LoadPoint.Pair(predicted: 10, measured: 12)
        point.bytesUp = LoadPoint.Pair(predicted: 10, measured: 5)
        point.bytesDown = LoadPoint.Pair(predicted: 10, measured: 10)
        point.disk = LoadPoint.Pair(predicted: 0, measured: 1)
        #expect(point.misses(beyond: 0.3).map { $0.prefix(5) } == ["bytes", "disk "])
        #expect(point.misses(beyond: 0.1).count == 3)
    }
}
