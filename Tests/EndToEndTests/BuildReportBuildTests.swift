import Build
import Testing

@Suite("What a build says its steps stand on")
struct BuildReportBuildTests {
    @Test("Stages, images and copies are found again among the steps, and a WORKDIR that changed nothing is none")
    func sources() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM scratch AS files
                COPY a /a
                WORKDIR /work
                WORKDIR /work
                FROM files AS more
                COPY b /b
                FROM scratch
                COPY --from=more /a /work /c/
                COPY --from=files /a /d
                """, "a": "1", "b": "2",
            ])
            let report = try await lab.build(context, runner: "a")
            let steps = report.outcome.steps
            #expect(report.outcome.error == nil)
            #expect(steps.map(\.line) == [2, 3, 6, 8, 9])
            #expect(steps.map(\.parent) == [.scratch, .step(0), .step(1), .scratch, .step(3)])
            #expect(steps.map(\.sources) == [[], [], [], [.step(2)], [.step(1)]])
        }
    }
}
