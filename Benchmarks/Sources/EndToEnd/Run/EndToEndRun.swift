internal import FoundationEssentials

/// Builds everything with everybody, and writes a row for each build.
struct EndToEndRun {
    private let settings: RunSettings
    private let shelf: ServerShelf
    private let rows: ResultFile
    /// What stands below the tables.
    private var notes: [String] = []
    private var failures: [String] = []

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
        try rows.add(Row.header)
        for network in settings.networks { try run(over: network) }
        try report()
        return failures
    }

    private mutating func run(over network: Network) throws {
        let cleanUp = CleanUp()
        defer { cleanUp.run() }
        let link = try Link(network, number: settings.number, cleanUp: cleanUp)
        defer { link.close() }
        let proof = try LinkProof(of: link, shape: network.shape)
        notes.append(proof.line(network))
        rows.say(proof.line(network))
        if let faults = network.shape.map(proof.faults), !faults.isEmpty {
            throw EndToEndError(
                "The network is not what it is to be: \(faults.joined(separator: "; ")). Is the machine busy?")
        }
        let wire = try WireCounter(
            interface: link.interface, port: settings.port, number: settings.number, cleanUp: cleanUp)
        var contenders = settings.contenders
        for repetition in 1...settings.repetitions {
            for application in settings.applications {
                for contender in contenders {
                    let history = HistoryRun(
                        settings: settings, shelf: shelf, rows: rows, network: network, link: link, wire: wire,
                        application: application, contender: contender, repetition: repetition)
                    for scenarios in Scenario.histories(settings.scenarios, changes: application.changes) {
                        try run(history, scenarios)
                    }
                }
            }
            // Nobody is always first.
            contenders.append(contenders.removeFirst())
        }
    }

    /// Builders fail now and then: a history that did not come to its end is built once more.
    private mutating func run(_ history: HistoryRun, _ scenarios: [Scenario]) throws {
        var missing = Set(scenarios)
        for attempt in 1...2 {
            guard let fault = try history.run(scenarios, missing: &missing) else { return }
            let note = "- \(attempt == 1 ? "built once more" : "MISSING"): \(fault)"
            notes.append(note)
            rows.say(note)
            if attempt == 2 { failures.append(fault) }
        }
    }

    private func report() throws {
        let text = try String(contentsOfFile: "\(settings.results).csv", encoding: .utf8)
        let tables = Summary(of: try Row.list(parsing: text)).markdown
        let page = "\(tables)\n\(notes.map { "\($0)\n" }.joined())"
        try page.write(toFile: "\(settings.results).md", atomically: true, encoding: .utf8)
        rows.say(page)
    }
}
