/// What a build looks like on a terminal: lines of what has ended, which stay, and below them lines of what runs,
/// which are drawn anew each time.
///
/// ```
///  => HIT  [api 1/5] RUN apt-get install -y python3          saved 12.3 s
/// [+] Building 4.2s, 1 done
///  => [api 2/5] RUN pip install flask                               3.2s
///  => => Collecting flask
/// ```
struct TerminalScreen {
    private(set) var tasks = TaskTable()
    /// Lines that are not on the terminal yet and will stay there.
    private var finished: [(text: Line, isCut: Bool)] = []
    /// How many live lines are on the terminal.
    private var liveCount = 0
    private let hasColor: Bool

    /// A line before it is fitted to a width.
    private struct Line {
        var left: String
        var right = ""
        var color: String?
    }

    init(hasColor: Bool) {
        self.hasColor = hasColor
    }

    mutating func take(_ event: BuildEvent, at now: Double) {
        let task = tasks.take(event, at: now)
        switch event {
        case .ended(_, let outcome, let seconds):
            guard let task else { break }
            finished.append((Self.ended(task, outcome, seconds), true))
            if !task.reason.isEmpty { finished.append((Self.reason(task.reason), false)) }
        case .reason(_, let text):
            // It came when the task had ended.
            if task == nil { finished.append((Self.reason(text), false)) }
        case .warning(let text):
            finished.append((Line(left: "WARNING: \(LineText.printable(text))", color: "33"), false))
        case .began, .output, .status:
            break
        }
    }

    /// The text that brings the terminal up to date, in one piece.
    mutating func draw(at now: Double, columns: Int, rows: Int) -> String {
        let live = liveLines(at: now, columns: columns, rows: rows)
        return replace(with: live.map { rendered($0, columns) }, columns)
    }

    /// The text that takes the live lines away and leaves what ended, with the last output of what failed.
    mutating func close(columns: Int) -> String {
        replace(with: [], columns) + tasks.failureReport.map { $0 + "\n" }.joined()
    }

    private mutating func replace(with live: [String], _ columns: Int) -> String {
        var text = ""
        if liveCount > 0 { text += "\u{1b}[\(liveCount)A" }
        if liveCount > 0 || !finished.isEmpty { text += "\r\u{1b}[J" }
        for line in finished { text += (line.isCut ? rendered(line.text, columns) : colored(line.text)) + "\n" }
        finished = []
        for line in live { text += line + "\n" }
        liveCount = live.count
        return text
    }

    /// The lines of what runs; when they are too many, those of the newest tasks are left out.
    private func liveLines(at now: Double, columns: Int, rows: Int) -> [Line] {
        let running = tasks.running
        var lines = [Line(left: "[+] Building \(Self.seconds(now)), \(tasks.endedCount) done")]
        for task in running {
            let right =
                (task.status.isEmpty ? "" : LineText.printable(task.status) + "  ") + Self.seconds(now - task.start)
            lines.append(Line(left: " => " + LineText.printable(task.name), right: right))
            if let last = task.lines.last {
                lines.append(Line(left: " => => " + LineText.printable(last.text), color: "2"))
            }
        }
        return Array(lines.prefix(max(1, rows - 1)))
    }

    private static func ended(_ task: TaskTable.Task, _ outcome: BuildEvent.Outcome, _ seconds: Double) -> Line {
        let name = LineText.printable(task.name)
        switch outcome {
        case .done:
            let status = task.status.isEmpty ? "" : LineText.printable(task.status) + "  "
            return Line(left: " => \(name)", right: status + Self.seconds(seconds), color: "34")
        case .hit(let saved):
            let right = saved > 0 ? "saved \(ByteText.fixed(saved, 1)) s" : ""
            return Line(left: " => HIT \(name)", right: right, color: "36")
        case .failed:
            return Line(left: " => ERROR \(name)", right: Self.seconds(seconds), color: "31")
        case .cancelled:
            return Line(left: " => CANCELED \(name)", right: Self.seconds(seconds), color: "33")
        }
    }

    private static func reason(_ text: String) -> Line {
        Line(left: " => => MISS \(LineText.printable(text))", color: "2")
    }

    private static func seconds(_ value: Double) -> String { ByteText.fixed(max(0, value), 1) + "s" }

    private func rendered(_ line: Line, _ columns: Int) -> String {
        // The last column stays free: some terminals go to the next line when it is filled.
        var line = line
        line.left =
            line.right.isEmpty
            ? LineText.fit(line.left, columns - 1) : LineText.spread(line.left, line.right, columns - 1)
        return colored(line)
    }

    private func colored(_ line: Line) -> String {
        guard hasColor, let color = line.color else { return line.left }
        return "\u{1b}[\(color)m\(line.left)\u{1b}[0m"
    }
}
