import EndToEnd
import Testing

@Suite struct SummaryTests {
    private func lines(_ rows: [Row]) -> [Substring] {
        Summary(of: rows).markdown.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { $0 }
    }

    @Test("Medians, spread and how many times as long as Larder, in the order of scenarios and contenders")
    func medians() {
        let rows = [
            RowTests.row("best", 9, scenario: .unchanged), RowTests.row("best", 30), RowTests.row("best", 10),
            RowTests.row("best", 20), RowTests.row("larder", 7), RowTests.row("larder", 9),
        ]
        #expect(
            lines(rows) == [
                "| first | larder | 8.00 (7.00 to 9.00) | - | 7.00 | 2 | 1.23 | 0.00 | 3.25 | 0.50 | 4 | 5 |",
                "| first | best | 20.00 (10.00 to 30.00) | 2.50 × | 19.00 | 2 | 1.23 | 0.00 | 3.25 | 0.50 | 4 | 5 |",
                "| unchanged | best | 9.00 | - | 8.00 | 2 | 1.23 | 0.00 | 3.25 | 0.50 | 4 | 5 |",
            ])
    }

    @Test("Two builds at a time show both, and no time beyond RUN, which was spent twice")
    func parallel() {
        let found = lines([RowTests.row("larder", 8, scenario: .parallel, other: 7.5)])
        #expect(found == ["| parallel | larder | 8.00, 7.50 | - | - | 2 | 1.23 | 0.00 | 3.25 | 0.50 | 4 | 5 |"])
    }

    @Test("What one repetition does not know has no median")
    func unknown() {
        let found = lines([RowTests.row("larder", 8), RowTests.row("larder", 8, run: nil, steps: nil)])
        #expect(found.first?.contains("| - | - | - | 1.23 |") == true, "\(found)")
    }

    @Test("A table for each network and application")
    func tables() {
        var other = RowTests.row("larder", 1)
        other.subject.network = .loopback
        let titles = Summary(of: [RowTests.row("larder", 2), other]).markdown.split(separator: "\n").filter {
            $0.hasPrefix("Application")
        }
        #expect(titles == ["Application `shop`, network `loopback`:", "Application `shop`, network `100mbit-5ms`:"])
    }

    @Test("Several applications have a table of all before those of each; what was not measured is empty there")
    func allApplications() {
        var other = RowTests.row("larder", 4)
        other.subject.application = "blog"
        let rows = [
            RowTests.row("larder", 2), RowTests.row("best", 5), RowTests.row("best", 7), other,
            RowTests.row("larder", 3, scenario: .parallel, other: 2.5),
        ]
        let text = Summary(of: rows).markdown
        #expect(
            text.hasPrefix(
                """
                All applications, network `100mbit-5ms`, seconds:

                | application | scenario | larder | best |
                |---|---|---|---|
                | blog | first | 4.00 |  |
                | shop | first | 2.00 | 6.00 (3.00 ×) |
                | shop | parallel | 3.00 |  |

                Application `blog`, network `100mbit-5ms`:
                """), "\(text)")
    }
}
