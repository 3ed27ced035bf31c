import Synchronization
import Testing

@testable import Build

@Suite("A build on a terminal")
struct TerminalScreenTests {
    @Test("What runs is drawn anew, what ended stays")
    func drawing() {
        var screen = TerminalScreen(hasColor: false)
        var terminal = Terminal()
        screen.take(.began(task: 1, name: "[1/2] FROM debian"), at: 0)
        screen.take(.began(task: 2, name: "[2/2] RUN make"), at: 1)
        screen.take(.output(task: 2, line: "cc -c a.c"), at: 2)
        terminal.take(screen.draw(at: 3, columns: 40, rows: 24))
        #expect(
            terminal.lines == [
                "[+] Building 3.0s, 0 done", " => [1/2] FROM debian              3.0s",
                " => [2/2] RUN make                 2.0s", " => => cc -c a.c", "",
            ])
        screen.take(.ended(task: 1, outcome: .hit(saved: 4), seconds: 3.5), at: 3.5)
        screen.take(.warning("slow"), at: 3.5)
        screen.take(.status(task: 2, text: "1.0 MB"), at: 4)
        terminal.take(screen.draw(at: 4, columns: 40, rows: 24))
        #expect(
            terminal.lines == [
                " => HIT [1/2] FROM debian   saved 4.0 s", "WARNING: slow", "[+] Building 4.0s, 1 done",
                " => [2/2] RUN make         1.0 MB  3.0s", " => => cc -c a.c", "",
            ])
        screen.take(.ended(task: 2, outcome: .failed, seconds: 5), at: 6)
        terminal.take(screen.close(columns: 40))
        #expect(
            terminal.lines == [
                " => HIT [1/2] FROM debian   saved 4.0 s", "WARNING: slow", " => ERROR [2/2] RUN make           5.0s",
                "------", " > [2/2] RUN make:", "1.000 cc -c a.c", "------", "",
            ])
    }

    @Test("No line is as wide as the terminal, and all fit its height", arguments: [(10, 4), (20, 3), (80, 6), (3, 1)])
    func size(columns: Int, rows: Int) {
        var screen = TerminalScreen(hasColor: false)
        var terminal = Terminal()
        for task in 1...10 {
            screen.take(.began(task: task, name: "[\(task)/10] RUN a command that is rather long"), at: 0)
            screen.take(.output(task: task, line: "output that is rather long as well 日本語 日本語 日本語"), at: 0)
        }
        for time in 1...3 { terminal.take(screen.draw(at: Double(time), columns: columns, rows: rows)) }
        #expect(terminal.lines.count - 1 == max(1, rows - 1))
        #expect(terminal.lines.allSatisfy { LineText.width($0) < columns })
    }

    @Test("Colours are used only when wanted")
    func colors() {
        for hasColor in [true, false] {
            var screen = TerminalScreen(hasColor: hasColor)
            screen.take(.began(task: 1, name: "a"), at: 0)
            screen.take(.ended(task: 1, outcome: .failed, seconds: 0), at: 0)
            #expect(screen.draw(at: 0, columns: 40, rows: 10).contains("\u{1b}[31m") == hasColor)
        }
    }

    @Test("The cursor is hidden while the display lives, and nothing is written after its end")
    func cursor() async {
        let written = Mutex(Terminal())
        let display = TerminalProgress(hasColor: false, size: { (40, 10) }) { text in
            written.withLock { $0.take(text) }
        }
        #expect(written.withLock { !$0.isCursorShown })
        display.take(.began(task: 1, name: "a"))
        display.take(.ended(task: 1, outcome: .done, seconds: 0))
        await display.finish()
        display.take(.warning("late"))
        await display.finish()
        let terminal = written.withLock { $0 }
        #expect(terminal.isCursorShown)
        #expect(terminal.lines == [" => a                              0.0s", ""])
    }
}
