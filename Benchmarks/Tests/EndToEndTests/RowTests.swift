import EndToEnd
import Testing

@Suite struct RowTests {
    static func row(
        _ contender: String, _ seconds: Double, scenario: Scenario = .first, other: Double? = nil, run: Double? = 1,
        steps: Int? = 2
    ) -> Row {
        Row(
            subject: Row.Subject(network: .distant, application: "shop", scenario: scenario, contender: contender),
            repetition: 1, seconds: seconds, otherSeconds: other, runSeconds: run, runSteps: steps, down: 1_234_567,
            up: 89, clientProcessor: 3.25, serverProcessor: 0.5, clientMemory: 4_000_000, serverMemory: 5_000_000)
    }

    @Test("A row is read as it was written, also where something is not known")
    func lines() throws {
        let rows = [
            Self.row("larder", 0.042),
            Self.row("buildah", 61.5, scenario: .parallel, other: 60.125, run: nil, steps: nil),
        ]
        #expect(rows[1].line.hasPrefix("1,100mbit-5ms,shop,parallel,buildah,61.500,60.125,-,-,1234567,89,3.250,0.500,"))
        let text = ([Row.header] + rows.map(\.line)).joined(separator: "\n") + "\n"
        #expect(try Row.list(parsing: text) == rows)
        #expect(Row.header.split(separator: ",").count == rows[0].line.split(separator: ",").count)
    }

    @Test("A line that is no row is named", arguments: ["1,2", "1,moon,shop,first,larder,1,-,-,-,1,1,1,1,1,1"])
    func bad(line: String) {
        let error = #expect(throws: EndToEndError.self) { try Row.list(parsing: "\(Row.header)\n\(line)\n") }
        #expect(error?.description.contains("line 2") == true)
    }
}
