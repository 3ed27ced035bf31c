/// The lines of a build's log, in BuildKit's plain form.
///
/// ```
/// #3 [api 2/5] RUN pip install flask
/// #3 0.512 Collecting flask
/// #3 DONE 4.2s
///
/// #4 [api 3/5] COPY . /app
/// #4 HIT saved 0.4 s
/// ```
struct PlainLines {
    /// A task's status is repeated at most so often. Seconds.
    private static let statusInterval = 2.0

    private(set) var tasks = TaskTable()
    /// The task that the last line was about.
    private var present = 0
    private var statusTimes: [Int: Double] = [:]

    /// The lines that an event adds.
    mutating func take(_ event: BuildEvent, at now: Double) -> [String] {
        let task = tasks.take(event, at: now)
        switch event {
        case .began(let number, let name):
            return lines(number, LineText.printable(name))
        case .output(let number, let line):
            let seconds = task.map { max(0, now - $0.start) } ?? 0
            return lines(number, "\(ByteText.fixed(seconds, 3)) \(line)")
        case .reason(let number, let text):
            return lines(number, "MISS " + LineText.printable(text))
        case .status(let number, let text):
            guard now - (statusTimes[number] ?? task?.start ?? now) >= Self.statusInterval else { return [] }
            statusTimes[number] = now
            return lines(number, text)
        case .ended(let number, let outcome, let seconds):
            statusTimes[number] = nil
            let status = task.map { $0.status.isEmpty ? "" : ", \($0.status)" } ?? ""
            return lines(number, Self.ending(outcome, seconds) + status)
        case .warning(let text):
            return ["WARNING: \(text)"]
        }
    }

    /// `text` with the task's number, behind an empty line when the last line was about another task.
    private mutating func lines(_ number: Int, _ text: String) -> [String] {
        let isOther = present != 0 && present != number
        present = number
        return (isOther ? [""] : []) + ["#\(number) \(text)"]
    }

    /// How a task ended, in words.
    static func ending(_ outcome: BuildEvent.Outcome, _ seconds: Double) -> String {
        switch outcome {
        case .done: "DONE \(ByteText.fixed(seconds, 1))s"
        case .hit(let saved): saved > 0 ? "HIT saved \(ByteText.fixed(saved, 1)) s" : "HIT"
        case .failed: "ERROR"
        case .cancelled: "CANCELED"
        }
    }
}
