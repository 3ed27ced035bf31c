package import HitRates
import SeededData

/// A day on which many builds ask one server, by what each kind of work was measured to cost.
package struct DaySimulation {
    package let costs: ServerCosts
    /// The builds of each history, in order.
    package let histories: [[JobWork]]
    package let settings: DaySettings

    /// Builds that a project has on a day, about: so many projects there are.
    private static let buildsOfProject = 500

    private struct Day {
        var processor = Timeline()
        var up = Timeline()
        var down = Timeline()
        var busy = Timeline()
        var longestWait = 0.0
        var sent = 0.0
        var received = 0.0
        var steps = 0
        var layers = 0
    }

    package init(costs: ServerCosts, histories: [[JobWork]], settings: DaySettings) {
        self.costs = costs
        self.histories = histories
        self.settings = settings
    }

    /// O(builds).
    package func run() -> DayReport {
        var random = SeededBytes(seed: settings.seed)
        let count = max(1, settings.builds / Self.buildsOfProject)
        // Each project is somewhere in its history.
        var places = (0..<count).map { number in Int(random.next() % UInt64(histories[number % histories.count].count))
        }
        var runners = RunnerPool(count: settings.runners)
        var day = Day()
        for arrival in arrivals(&random) {
            let project = Int(random.next() % UInt64(count))
            let history = histories[project % histories.count]
            let job = history[places[project]]
            places[project] = (places[project] + 1) % history.count
            take(job, at: arrival, &runners, &day)
        }
        return report(day)
    }

    private func arrivals(_ random: inout SeededBytes) -> [Double] {
        let total = DaySettings.hours.reduce(0, +)
        return (0..<settings.builds).map { _ in
            var left = Double(random.next() >> 11) * 0x1p-53 * total
            var hour = 0
            while hour < 23, left >= DaySettings.hours[hour] {
                left -= DaySettings.hours[hour]
                hour += 1
            }
            return (Double(hour) + min(left / DaySettings.hours[hour], 1)) * 3_600
        }.sorted()
    }

    private func take(_ job: JobWork, at arrival: Double, _ runners: inout RunnerPool, _ day: inout Day) {
        let seconds = DaySettings.startSeconds + job.seconds + (job.sent + job.received) / DaySettings.runnerRate
        let start = runners.begin(at: arrival, for: seconds)
        day.longestWait = max(day.longestWait, start - arrival)
        day.processor.add(costs.processor(for: job), from: start, for: seconds)
        day.up.add(costs.bytesUp(for: job), from: start, for: seconds)
        day.down.add(costs.bytesDown(for: job), from: start, for: seconds)
        day.busy.add(seconds, from: start, for: seconds)
        day.sent += job.sent
        day.received += job.received
        day.steps += job.steps
        day.layers += job.recorded
    }

    private func report(_ day: Day) -> DayReport {
        let chunks = (day.sent / costs.chunkBytes + Double(day.layers)) * settings.days
        var report = DayReport(builds: settings.builds, runners: settings.runners, days: settings.days)
        report.steps = day.steps
        report.newBytes = day.sent
        report.fetchedBytes = day.received
        report.busyRunners = day.busy.busiest
        report.longestWait = day.longestWait
        report.processor = DayReport.Load(
            mean: day.processor.mean + costs.idle, busiest: day.processor.busiest + costs.idle)
        report.maintenance = costs.maintenance * day.sent / 1e6 / 86_400
        report.collection = costs.collection * chunks / settings.days / 86_400
        report.up = DayReport.Load(mean: day.up.mean, busiest: day.up.busiest)
        report.down = DayReport.Load(mean: day.down.mean, busiest: day.down.busiest)
        report.chunks = chunks
        report.indexBytes = chunks * costs.indexChunk
        report.diskBytes =
            day.sent * (costs.diskPacked * settings.days + max(0, costs.diskFresh - costs.diskPacked))
            + report.indexBytes
        report.limits = report.limits(of: settings.machine)
        return report
    }
}
