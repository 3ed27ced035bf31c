/// Medians of results, as tables in Markdown: for each network one of all applications, and one of each.
public struct Summary {
    private let groups: [Row.Subject: [Row]]

    /// - Parameter rows: in any order.
    public init(of rows: [Row]) {
        groups = Dictionary(grouping: rows, by: \.subject)
    }

    private static let columns = [
        "scenario", "contender", "seconds", "to larder", "beyond RUN, s", "RUN steps", "down, MB", "up, MB",
        "client, CPU s", "server, CPU s", "client, MB", "server, MB",
    ]

    /// All tables, each under a line that says what it is about.
    public var markdown: String {
        let applications = Set(groups.keys.map(\.application)).sorted()
        let tables = Network.allCases.flatMap { network in
            [Overview(of: groups, over: network).markdown].compactMap { $0 }
                + applications.compactMap { table(network, $0) }
        }
        return tables.joined(separator: "\n")
    }

    private func table(_ network: Network, _ application: String) -> String? {
        let subjects = groups.keys.filter { $0.network == network && $0.application == application }
        guard !subjects.isEmpty else { return nil }
        let names = Contenders.all.map(\.name)
        let rows = Scenario.allCases.flatMap { scenario in
            names.compactMap { name in
                row(Row.Subject(network: network, application: application, scenario: scenario, contender: name))
            }
        }
        var table = MarkdownTable(columns: Self.columns)
        for row in rows { table.add(row) }
        return "Application `\(application)`, network `\(network.rawValue)`:\n\n\(table.text)"
    }

    /// The cells of one line; `nil` when nothing was measured.
    private func row(_ subject: Row.Subject) -> [String]? {
        guard let rows = groups[subject] else { return nil }
        func median(_ value: (Row) -> Double?, per unit: Double = 1, digits: Int = 2) -> String {
            let values = rows.compactMap(value)
            guard values.count == rows.count, let middle = Figure.median(values) else { return "-" }
            return Figure.decimal(middle / unit, digits)
        }
        return [
            subject.scenario.rawValue, subject.contender, seconds(rows), ratio(subject, rows),
            median { row in row.otherSeconds == nil ? row.runSeconds.map { row.seconds - $0 } : nil },
            median({ $0.runSteps.map(Double.init) }, digits: 0),
            median({ Double($0.down) }, per: 1e6), median({ Double($0.up) }, per: 1e6),
            median { $0.clientProcessor }, median { $0.serverProcessor },
            median({ Double($0.clientMemory) }, per: 1e6, digits: 0),
            median({ Double($0.serverMemory) }, per: 1e6, digits: 0),
        ]
    }

    /// The median, and from where to where the values go when there are several; the faster build of two behind the slower one.
    private func seconds(_ rows: [Row]) -> String {
        let values = rows.map(\.seconds)
        var text = Figure.decimal(Figure.median(values) ?? 0, 2)
        if let other = Figure.median(rows.compactMap(\.otherSeconds)) { text += ", \(Figure.decimal(other, 2))" }
        if rows.count > 1, let least = values.min(), let most = values.max() {
            text += " (\(Figure.decimal(least, 2)) to \(Figure.decimal(most, 2)))"
        }
        return text
    }

    /// How many times as long it takes as Larder.
    private func ratio(_ subject: Row.Subject, _ rows: [Row]) -> String {
        var reference = subject
        reference.contender = LarderContender().name
        guard subject != reference, let own = Figure.median(rows.map(\.seconds)),
            let larder = Figure.median((groups[reference] ?? []).map(\.seconds)), larder > 0
        else { return "-" }
        return Figure.ratio(own / larder)
    }
}
