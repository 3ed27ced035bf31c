/// What one build came to, or two at the same time.
public struct Row: Sendable, Equatable {
    /// What was built, by whom, and over which network.
    public struct Subject: Sendable, Hashable {
        /// The network.
        public var network: Network
        /// The application.
        public var application: String
        /// The scenario.
        public var scenario: Scenario
        /// The contender.
        public var contender: String

        /// Names all four.
        public init(network: Network, application: String, scenario: Scenario, contender: String) {
            self.network = network
            self.application = application
            self.scenario = scenario
            self.contender = contender
        }
    }

    /// What was built.
    public var subject: Subject
    /// Which repetition, from 1.
    public var repetition: Int
    /// From the start of the command to its end; of the slower one of two builds. Seconds.
    public var seconds: Double
    /// The same of the faster one of two builds; `nil` of one build.
    public var otherSeconds: Double?
    /// The time inside the commands of RUN steps, added up; `nil` where nobody says. Seconds.
    public var runSeconds: Double?
    /// RUN steps that were run; `nil` where nobody says.
    public var runSteps: Int?
    /// From the server: whole IP packets. Bytes.
    public var down: Int
    /// To the server: whole IP packets. Bytes.
    public var up: Int
    /// The processors' time of the builder, RUN steps among it. Seconds.
    public var clientProcessor: Double
    /// The processors' time of the server. Seconds.
    public var serverProcessor: Double
    /// The most anonymous memory of the builder, without RUN steps. Bytes.
    public var clientMemory: Int
    /// The most anonymous memory of the server. Bytes.
    public var serverMemory: Int

    /// What one repetition came to.
    package init(
        subject: Subject, repetition: Int, seconds: Double, otherSeconds: Double?, runSeconds: Double?, runSteps: Int?,
        down: Int, up: Int, clientProcessor: Double, serverProcessor: Double, clientMemory: Int, serverMemory: Int
    ) {
        self.subject = subject
        self.repetition = repetition
        self.seconds = seconds
        self.otherSeconds = otherSeconds
        self.runSeconds = runSeconds
        self.runSteps = runSteps
        self.down = down
        self.up = up
        self.clientProcessor = clientProcessor
        self.serverProcessor = serverProcessor
        self.clientMemory = clientMemory
        self.serverMemory = serverMemory
    }

    /// The first line of a file of rows.
    public static let header = [
        "repetition", "network", "application", "scenario", "contender", "seconds", "other_seconds", "run_seconds",
        "run_steps", "down", "up", "client_cpu", "server_cpu", "client_memory", "server_memory",
    ].joined(separator: ",")

    /// A line of a file of rows; what is not known is `-`.
    public var line: String {
        func text(_ seconds: Double?) -> String { seconds.map { Figure.decimal($0, 3) } ?? "-" }
        let fields: [String] = [
            "\(repetition)", subject.network.rawValue, subject.application, subject.scenario.rawValue,
            subject.contender, text(seconds), text(otherSeconds), text(runSeconds), runSteps.map(String.init) ?? "-",
            "\(down)", "\(up)", text(clientProcessor), text(serverProcessor), "\(clientMemory)", "\(serverMemory)",
        ]
        return fields.joined(separator: ",")
    }
}

extension Row {
    /// Parses a line; `nil` for what is none.
    public init?(line: Substring) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        guard fields.count == 15, let repetition = Int(fields[0]), let network = Network(rawValue: fields[1]),
            let scenario = Scenario(rawValue: fields[3]), let seconds = Double(fields[5])
        else { return nil }
        let whole = [fields[9], fields[10], fields[13], fields[14]].compactMap { Int($0) }
        let processor = fields[11...12].compactMap { Double($0) }
        guard whole.count == 4, processor.count == 2 else { return nil }
        self.init(
            subject: Subject(network: network, application: fields[2], scenario: scenario, contender: fields[4]),
            repetition: repetition, seconds: seconds, otherSeconds: Double(fields[6]), runSeconds: Double(fields[7]),
            runSteps: Int(fields[8]), down: whole[0], up: whole[1], clientProcessor: processor[0],
            serverProcessor: processor[1], clientMemory: whole[2], serverMemory: whole[3])
    }

    /// All rows of a file.
    /// - Throws: ``EndToEndError`` with the number of a line that is none.
    public static func list(parsing text: String) throws -> [Row] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { number, line in
            if line.isEmpty || line == header { return nil }
            guard let row = Row(line: line) else { throw EndToEndError("line \(number + 1) is no result: \(line)") }
            return row
        }
    }
}
