internal import FoundationEssentials
import Glibc

/// Builds that one contender does one after the other on one server.
struct HistoryRun {
    let settings: RunSettings
    let shelf: ServerShelf
    let rows: ResultFile
    let network: Network
    let link: Link
    let wire: WireCounter
    let application: Application
    let contender: any Contender
    let repetition: Int

    /// Builds on a new server.
    /// - Parameter missing: what there is no row of yet; the others are built again, but not written down.
    /// - Returns: what went wrong, which ends it; `nil` when all is there.
    func run(_ scenarios: [Scenario], missing: inout Set<Scenario>) throws -> String? {
        let server = try shelf.newServer(contender.server, on: link)
        defer { server.stop() }
        for scenario in scenarios {
            if scenario == .base { try shelf.changeBase(on: link) }
            let runners = try (1...scenario.runners).map { number in
                try Runner(in: "\(settings.disk)/runner-\(number)", hasDocker: contender.needsDocker, settings)
            }
            defer { for runner in runners { runner.stop() } }
            let orders = try runners.enumerated().map { index, runner in
                try order(scenario, on: runner, checkout: "\(settings.disk)/checkout-\(index + 1)")
            }
            guard let row = try build(scenario, orders, runners, server) else { return fault(scenario) }
            if missing.remove(scenario) != nil { try rows.add(row.line) }
        }
        return nil
    }

    private func order(_ scenario: Scenario, on runner: Runner, checkout: String) throws -> BuildOrder {
        try application.checkOut(for: scenario, to: checkout)
        return BuildOrder(
            application: application.name, server: "\(link.serverAddress):\(settings.port)", context: checkout,
            runner: runner.directory, dockerSocket: runner.dockerSocket, flags: settings.flags,
            programs: settings.programs)
    }

    /// Where logs are, without what tells those of several runners apart.
    private func name(_ scenario: Scenario) -> String {
        let parts: [String] = [
            network.rawValue, application.name, contender.name, scenario.rawValue, "\(repetition)",
        ]
        return "\(settings.results)/\(parts.joined(separator: "-"))"
    }

    /// `nil` when it does not end as it should.
    private func build(
        _ scenario: Scenario, _ orders: [BuildOrder], _ runners: [Runner], _ server: HeldProgram
    ) throws -> Row? {
        let builds = orders.enumerated().map { index, order in
            BuildRun.Build(
                commands: contender.commands(for: order), log: "\(name(scenario))\(index == 0 ? "" : "-other").log")
        }
        let run = BuildRun(server: server.processID, daemons: Set(runners.compactMap(\.dockerProcess)), wire: wire)
        let outcome = try run.run(builds)
        guard outcome.builds.allSatisfy({ $0.succeeded == (scenario != .failed) }) else {
            keepEvidence(of: builds, runners)
            return nil
        }
        let steps = zip(orders, builds).map { order, build in
            let report = try? String(contentsOfFile: order.report, encoding: .utf8)
            try? report?.write(toFile: "\(build.log.dropLast(4)).json", atomically: true, encoding: .utf8)
            let output = (try? String(contentsOfFile: build.log, encoding: .utf8)) ?? ""
            return contender.ranSteps(output: output, report: report)
        }
        let subject = Row.Subject(
            network: network, application: application.name, scenario: scenario, contender: contender.name)
        return Row(subject, repetition: repetition, outcome, steps)
    }

    /// Logs that a second attempt does not overwrite.
    private func keepEvidence(of builds: [BuildRun.Build], _ runners: [Runner]) {
        for (build, runner) in zip(builds, runners) {
            _ = unsafe rename(build.log, "\(build.log).bad")
            try? FileManager.default.copyItem(
                atPath: "\(runner.directory)/docker/dockerd.log", toPath: "\(build.log).dockerd")
        }
    }

    private func fault(_ scenario: Scenario) -> String {
        let what = scenario == .failed ? "did not fail" : "failed"
        return "\(application.name), \(contender.name), \(scenario.rawValue) \(what): see \(name(scenario)).log.bad"
    }
}
