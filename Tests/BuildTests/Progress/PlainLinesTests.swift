import Testing

@testable import Build

@Suite("A build's log in lines")
struct PlainLinesTests {
    private func log(_ events: [(Double, BuildEvent)]) -> (lines: [String], report: [String]) {
        var lines = PlainLines()
        let taken = events.flatMap { lines.take($0.1, at: $0.0) }
        return (taken, lines.tasks.failureReport)
    }

    @Test("A task has a number, its output times, and how it ended")
    func oneTask() {
        let log = log([
            (1, .began(task: 3, name: "[api 2/5] RUN pip install flask")),
            (1.5124, .output(task: 3, line: "Collecting flask")),
            (5.25, .ended(task: 3, outcome: .done, seconds: 4.25)),
        ])
        #expect(log.lines == ["#3 [api 2/5] RUN pip install flask", "#3 0.512 Collecting flask", "#3 DONE 4.3s"])
        #expect(log.report.isEmpty)
    }

    @Test("An empty line parts what different tasks say")
    func interleaved() {
        let log = log([
            (0, .began(task: 1, name: "a")), (0, .ended(task: 1, outcome: .hit(saved: 12.3), seconds: 0)),
            (0, .began(task: 2, name: "b")), (1, .began(task: 3, name: "c")),
            (2, .output(task: 2, line: "x")), (2, .output(task: 2, line: "y")),
            (3, .ended(task: 3, outcome: .cancelled, seconds: 2)),
        ])
        #expect(
            log.lines == [
                "#1 a", "#1 HIT saved 12.3 s", "", "#2 b", "", "#3 c", "", "#2 2.000 x", "#2 2.000 y", "",
                "#3 CANCELED",
            ])
    }

    @Test("A status is not repeated more often than every two seconds, and the last one ends the task's line")
    func status() {
        var events: [(Double, BuildEvent)] = [(0, .began(task: 1, name: "fetch"))]
        events += (1...50).map { (Double($0) / 10, .status(task: 1, text: "\($0).0 MB")) }
        events.append((5.1, .ended(task: 1, outcome: .done, seconds: 5.1)))
        #expect(log(events).lines == ["#1 fetch", "#1 20.0 MB", "#1 40.0 MB", "#1 DONE 5.1s, 50.0 MB"])
    }

    @Test("The last lines of what failed are repeated")
    func failure() {
        var events: [(Double, BuildEvent)] = [(1, .began(task: 1, name: "[2/2] RUN false"))]
        events += (1...30).map { (Double($0), .output(task: 1, line: "line \($0)")) }
        events.append((40, .ended(task: 1, outcome: .failed, seconds: 39)))
        let log = log(events)
        #expect(log.lines.last == "#1 ERROR")
        #expect(log.report.first == "------")
        #expect(log.report[1] == " > [2/2] RUN false:")
        #expect(log.report[2] == "10.000 line 11")
        #expect(log.report.suffix(2) == ["29.000 line 30", "------"])
        #expect(log.report.count == TaskTable.linesKept + 3)
    }

    @Test("Events of tasks that are not known do no harm, and a warning stands by itself")
    func oddEvents() {
        let log = log([
            (0, .output(task: 9, line: "x")), (0, .ended(task: 9, outcome: .failed, seconds: 0)),
            (0, .warning("no cache")),
        ])
        #expect(log.lines == ["#9 0.000 x", "#9 ERROR", "WARNING: no cache"])
        #expect(log.report.isEmpty)
    }
}
