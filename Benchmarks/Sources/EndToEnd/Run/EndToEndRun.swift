internal import FoundationEssentials

/// Builds everything with everybody, and writes a row for each build.
struct EndToEndRun {
    private let settings: RunSettings
    private let shelf: ServerShelf
    private var failures: [String] = []
    private let rows: ResultFile

    /// Prepares servers.
    init(_ settings: RunSettings) throws {
        self.settings = settings
        try FileManager.default.createDirectory(atPath: settings.results, withIntermediateDirectories: true)
        rows = try ResultFile("\(settings.results).csv")
        shelf = try ServerShelf(settings)
    }

    /// Runs all of it. Blocks, for hours if need be.
    /// - Returns: what was wrong with builds; nothing is missing when it is empty.
    mutating func run() throws -> [String] {
        var notes: [String] = []
        try rows.add(Row.header)
        for network in settings.networks {
            let cleanUp = CleanUp()
            defer { cleanUp.run() }
            let link = try Link(network, number: settings.number, cleanUp: cleanUp)
            defer { link.close() }
            let proof = try LinkProof(of: link, shape: network.shape)
            notes.append(proof.line(network))
            print(proof.line(network))
            if let faults = network.shape.map(proof.faults), !faults.isEmpty {
                throw EndToEndError(
                    "The network is not what it is to be: \(faults.joined(separator: "; ")). Is the machine busy?")
            }
            let wire = try WireCounter(
                interface: link.interface, port: settings.port, number: settings.number, cleanUp: cleanUp)
            try measure(network, link, wire)
        }
        try report(notes)
        return failures
    }

    private mutating func measure(_ network: Network, _ link: Link, _ wire: WireCounter) throws {
        var contenders = settings.contenders
        for repetition in 1...settings.repetitions {
            for application in settings.applications {
                for contender in contenders {
                    for history in Scenario.histories(settings.scenarios, changes: application.changes) {
                        let server = try shelf.newServer(contender.server, on: link)
                        defer { server.stop() }
                        let place = Place(link: link, wire: wire, server: server)
                        for scenario in history {
                            let subject = Row.Subject(
                                network: network, application: application.name, scenario: scenario,
                                contender: contender.name)
                            guard try build(subject, application, contender, place, repetition) else { break }
                        }
                    }
                }
            }
            // Nobody is always first.
            contenders.append(contenders.removeFirst())
        }
    }

    private struct Place {
        let link: Link
        let wire: WireCounter
        let server: HeldProgram
    }

    /// Builds on new runners.
    /// - Returns: whether it went as it should.
    private mutating func build(
        _ subject: Row.Subject, _ application: Application, _ contender: any Contender, _ place: Place,
        _ repetition: Int
    ) throws -> Bool {
        let scenario = subject.scenario
        if scenario == .base { try shelf.changeBase(on: place.link) }
        let runners = try (1...scenario.runners).map { number in
            try Runner(in: "\(settings.disk)/runner-\(number)", hasDocker: contender.needsDocker, settings)
        }
        defer { for runner in runners { runner.stop() } }
        let parts: [String] = [
            subject.network.rawValue, application.name, contender.name, scenario.rawValue, "\(repetition)",
        ]
        let name = "\(settings.results)/\(parts.joined(separator: "-"))"
        let orders = try runners.enumerated().map { index, runner in
            let checkout = "\(settings.disk)/checkout-\(index + 1)"
            try application.checkOut(for: scenario, to: checkout)
            return BuildOrder(
                application: application.name, server: "\(place.link.serverAddress):\(settings.port)",
                context: checkout,
                runner: runner.directory, dockerSocket: runner.dockerSocket, flags: settings.flags,
                programs: settings.programs)
        }
        let builds = orders.enumerated().map { index, order in
            BuildRun.Build(
                commands: contender.commands(for: order), log: index == 0 ? "\(name).log" : "\(name)-other.log")
        }
        let measured = BuildRun(
            server: place.server.processID, daemons: Set(runners.compactMap(\.dockerProcess)), wire: place.wire)
        let outcome = try measured.run(builds)
        let shouldSucceed = scenario != .failed
        guard outcome.builds.allSatisfy({ $0.succeeded == shouldSucceed }) else {
            failures.append(
                "\(parts.joined(separator: ", ")) \(shouldSucceed ? "failed" : "did not fail"): see \(name).log")
            return false
        }
        let steps = zip(orders, builds).map { order, build in
            let metadata = try? String(contentsOfFile: order.metadata, encoding: .utf8)
            try? metadata?.write(toFile: "\(build.log.dropLast(4)).json", atomically: true, encoding: .utf8)
            let output = (try? String(contentsOfFile: build.log, encoding: .utf8)) ?? ""
            return contender.ranSteps(output: output, metadata: metadata)
        }
        let row = Row(subject, repetition: repetition, outcome, steps)
        try rows.add(row.line)
        return true
    }

    private func report(_ notes: [String]) throws {
        let text = try String(contentsOfFile: "\(settings.results).csv", encoding: .utf8)
        let parts: [String] =
            [Summary(of: try Row.list(parsing: text)).markdown, notes.map { "\($0)\n" }.joined()]
            + (failures.isEmpty ? [] : [failures.map { "- MISSING: \($0)\n" }.joined()])
        let page = parts.joined(separator: "\n")
        try page.write(toFile: "\(settings.results).md", atomically: true, encoding: .utf8)
        print(page)
    }
}

extension Row {
    /// Adds up what several builds at the same time came to.
    init(_ subject: Subject, repetition: Int, _ outcome: BuildRun.Outcome, _ steps: [RanSteps?]) {
        let times = outcome.builds.map(\.seconds).sorted()
        let known = steps.compactMap { $0 }
        let isKnown = known.count == steps.count
        let runSeconds = known.compactMap(\.seconds)
        self.init(
            subject: subject, repetition: repetition, seconds: times.last ?? 0,
            otherSeconds: times.count > 1 ? times.first : nil,
            runSeconds: runSeconds.count == steps.count ? runSeconds.reduce(0, +) : nil,
            runSteps: isKnown ? known.reduce(0) { $0 + $1.count } : nil, down: outcome.wire.down, up: outcome.wire.up,
            clientProcessor: outcome.clientProcessor, serverProcessor: outcome.serverProcessor,
            clientMemory: outcome.memory.client, serverMemory: outcome.memory.server)
    }
}
