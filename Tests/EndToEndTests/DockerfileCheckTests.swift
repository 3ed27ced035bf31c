import Build
import Dockerfile
import SystemPackage
import Testing

/// `larder build --check`, and what a build says of checks.
@Suite struct DockerfileCheckTests {
    @Test func whatChecksFindIsTold() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context([
                "Dockerfile": "FROM scratch\nCOPY a /a\nWORKDIR here\nCMD run\n", "a": "a",
            ])
            let expected = ["3 WorkdirRelativePath", "4 JSONArgsRecommended"]
            let events = EventLog { _ in }
            let request = BuildRequest(context: context, stateDirectory: lab.directory.appending("runner-a"))
            let found = try await Builder(server: nil, events: events).check(request)
            #expect(found.map { "\($0.line) \($0.check?.rawValue ?? "")" } == expected)
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.events.warnings.count == 2)
            #expect(report.events.warnings.first?.contains("Dockerfile:3: WorkdirRelativePath: ") == true)
            try lab.context(["Dockerfile": "# check=error=true\nFROM scratch\nCOPY a /a\nCMD run\n"])
            let strict = try await lab.build(context, runner: "a")
            #expect((strict.outcome.error as? DockerfileError)?.code == .violation)
            #expect(strict.outcome.steps.isEmpty)
        }
    }
}
