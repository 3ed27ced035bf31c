import EndToEnd
import Testing

@Suite struct ScenarioTests {
    private static let changes: Set<String> = [
        "one-file", "label", "dependencies", "no-run", "copy-only", "failed",
    ]

    @Test("Everything is built in three histories, each on a server of its own")
    func all() {
        let histories = Scenario.histories(Scenario.allCases, changes: Self.changes)
        #expect(
            histories == [
                [.first, .unchanged, .oneFile, .label, .dependencies, .noRun, .copyOnly, .base], [.failed, .fixed],
                [.parallel],
            ])
    }

    @Test("What an application has no change for is left out, and what stands on it")
    func withoutChanges() {
        let histories = Scenario.histories(Scenario.allCases, changes: ["one-file"])
        #expect(histories == [[.first, .unchanged, .oneFile, .base], [.parallel]])
    }

    @Test("What others stand on is built even where it was not chosen")
    func openings() {
        #expect(
            Scenario.histories([.oneFile, .fixed], changes: Self.changes) == [[.first, .oneFile], [.failed, .fixed]])
        #expect(Scenario.histories([], changes: Self.changes).isEmpty)
    }
}
