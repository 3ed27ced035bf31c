import Dockerfile
import Testing

@Suite struct OnBuildTests {
    @Test func triggersAreKeptAsWritten() throws {
        let planned = try stage(
            "ONBUILD COPY --chown=1:1 $A \\\n  /x\nonbuild run <<EOF\nls\nEOF\nONBUILD ENV A=b\nENV C=d")
        #expect(planned.settings.onBuild == ["COPY --chown=1:1 $A   /x", "run <<EOF\nls\nEOF", "ENV A=b"])
        #expect(planned.steps.isEmpty)
        #expect(planned.history.map(\.createdBy) == ["ENV C=d"])
    }

    @Test func triggersOfAnImageRunBehindFrom() throws {
        var base = ImageSettings()
        base.onBuild = ["ENV A=b", "RUN <<EOF\necho $A\nEOF", "ARG V=1", "WORKDIR /$A"]
        let planned = try stage("RUN own\nENV V=$V", base: base)
        #expect(planned.runs.map(\.arguments.last) == ["echo $A\n", "own"])
        #expect(planned.runs[0].ownEnvironment == ["A=b"])
        #expect(planned.workdirs.map(\.path) == ["/b"])
        #expect(planned.settings.environment.last == "V=1")
        #expect(planned.settings.onBuild == [])
    }

    /// They are run in stages on the stage that has them, and not in those on these.
    @Test func triggersOfAStageRunOnce() throws {
        let stages = try plan(
            """
            FROM scratch AS first
            ONBUILD ENV A=1
            FROM first AS second
            ONBUILD ENV B=2
            FROM second
            """
        ).stages
        func own(_ stage: PlannedStage) -> [String] { stage.settings.environment.filter { !$0.hasPrefix("PATH") } }
        #expect(stages.map(own) == [[], ["A=1"], ["A=1", "B=2"]])
        #expect(stages.map(\.settings.onBuild) == [["ENV A=1"], ["ENV B=2"], []])
    }

    @Test func triggersCopyFromStagesAndImages() throws {
        let text = "FROM other AS tools\nFROM scratch AS unused\nFROM base\nRUN x\n"
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "D")
        let base = Dockerfile.ImageRequest(name: "base", platform: nil)
        #expect(try dockerfile.requiredImages(options: .init()) == [base])
        var settings = ImageSettings()
        settings.onBuild = ["COPY --from=tools /a /b", "COPY --from=third /c /d"]
        let all = try dockerfile.requiredImages(options: .init(), bases: [base: settings])
        #expect(all.map(\.name) == ["other", "base", "third"])
        let plan = try dockerfile.plan(
            options: .init(), bases: [base: settings, all[0]: .init(), all[2]: .init()])
        #expect(plan.stages.map(\.name) == ["tools", "2"])
        #expect(plan.stages[1].copies.map(\.source) == [.stage(0), .image("third")])
    }

    @Test(arguments: [
        ("ONBUILD", "needs an argument"), ("ONBUILD ONBUILD RUN x", "behind ONBUILD"),
        ("ONBUILD FROM x", "not take FROM"),
        ("ONBUILD maintainer x", "not take MAINTAINER"), ("ONBUILD RNU x", "did you mean RUN?"),
        ("ONBUILD COPY a", "at least two"), ("ONBUILD --x RUN y", "no flag `--x`"),
        ("ONBUILD RUN <<EOF\nx", "no line `EOF`"),
    ])
    func mistakesNameTheInstruction(text: String, message: String) throws {
        let error = try #require(failure("FROM scratch\n\(text)"), "\(text)")
        #expect(error.code == .syntax)
        #expect(error.line == 2)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test(arguments: [
        ("RUN a\nRUN b", "one instruction"), ("", "empty"), ("FROM x", "cannot be FROM"),
        ("COPY --from=9 a b", "number 9"),
        ("COPY x", "at least two"),
    ])
    func badTriggersOfAnImageNameTheFrom(trigger: String, message: String) throws {
        var base = ImageSettings()
        base.onBuild = [trigger]
        let error = #expect(throws: DockerfileError.self) { try plan("ARG A\nFROM base", bases: ["base": base]) }
        #expect(error?.line == 2)
        #expect(error?.text.hasPrefix("ONBUILD ") == true)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
