/// The seconds of all contenders side by side, of all applications over one network.
struct Overview {
    private let network: Network
    private let groups: [Row.Subject: [Row]]
    private let applications: [String]
    private let contenders: [String]

    /// - Parameter groups: the repetitions of each subject, over any network.
    init(of groups: [Row.Subject: [Row]], over network: Network) {
        self.network = network
        self.groups = groups.filter { $0.key.network == network }
        let subjects = self.groups.keys
        applications = Set(subjects.map(\.application)).sorted()
        let names = Set(subjects.map(\.contender))
        contenders = Contenders.all.map(\.name).filter(names.contains)
    }

    /// A table under a line that says what it is about; `nil` of less than two applications or contenders, which have a table of their own.
    var markdown: String? {
        guard applications.count > 1, contenders.count > 1 else { return nil }
        var table = MarkdownTable(columns: ["application", "scenario"] + contenders)
        for application in applications {
            for scenario in Scenario.allCases {
                let cells = contenders.map { cell(application, scenario, $0) }
                guard cells.contains(where: { $0 != "" }) else { continue }
                table.add([application, scenario.rawValue] + cells)
            }
        }
        return "All applications, network `\(network.rawValue)`, seconds:\n\n\(table.text)"
    }

    /// The median, with how many times as long as Larder it is; empty where nothing was measured.
    private func cell(_ application: String, _ scenario: Scenario, _ contender: String) -> String {
        func median(_ contender: String) -> Double? {
            let subject = Row.Subject(
                network: network, application: application, scenario: scenario, contender: contender)
            return Figure.median((groups[subject] ?? []).map(\.seconds))
        }
        guard let own = median(contender) else { return "" }
        let larder = LarderContender().name
        guard contender != larder, let reference = median(larder), reference > 0 else { return Figure.decimal(own, 2) }
        return "\(Figure.decimal(own, 2)) (\(Figure.ratio(own / reference)))"
    }
}
