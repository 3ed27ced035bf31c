/// The tasks of a build as far as they are of interest to those who watch: what runs, and what failed.
struct TaskTable {
    /// A task.
    struct Task {
        let number: Int
        let name: String
        /// When it began. Seconds since the build began.
        let start: Double
        /// Why it has to be done.
        var reason = ""
        /// How far it is.
        var status = ""
        /// Its last lines of output, each with the seconds since the task began.
        fileprivate(set) var lines: [(seconds: Double, text: String)] = []

        mutating func append(_ line: String, at now: Double) {
            if lines.count == TaskTable.linesKept { lines.removeFirst() }
            lines.append((max(0, now - start), line))
        }
    }

    /// How many lines of output are kept of each task.
    static let linesKept = 20
    private static let failuresKept = 4

    private var tasks: [Int: Task] = [:]
    /// How many tasks have ended.
    private(set) var endedCount = 0
    private(set) var failures: [Task] = []

    /// The tasks that run, in the order they began.
    var running: [Task] { tasks.values.sorted { $0.number < $1.number } }

    /// Takes an event.
    /// - Returns: the task that it is about, as it is after the event; `nil` when it is about none.
    @discardableResult
    mutating func take(_ event: BuildEvent, at now: Double) -> Task? {
        switch event {
        case .began(let number, let name):
            tasks[number] = Task(number: number, name: name, start: now)
            return tasks[number]
        case .output(let number, let line):
            tasks[number]?.append(line, at: now)
            return tasks[number]
        case .reason(let number, let text):
            tasks[number]?.reason = text
            return tasks[number]
        case .status(let number, let text):
            tasks[number]?.status = text
            return tasks[number]
        case .ended(let number, let outcome, _):
            endedCount += 1
            let task = tasks.removeValue(forKey: number)
            if case .failed = outcome, let task, failures.count < Self.failuresKept { failures.append(task) }
            return task
        case .warning:
            return nil
        }
    }

    /// The last output of the tasks that failed, as docker repeats it.
    var failureReport: [String] {
        failures.filter { !$0.lines.isEmpty }.flatMap { task in
            ["------", " > \(task.name):"]
                + task.lines.map { ByteText.fixed($0.seconds, 3) + " " + LineText.printable($0.text) } + ["------"]
        }
    }
}
