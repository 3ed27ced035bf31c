import Build
import Dockerfile
import OCI
import SystemPackage
import Testing

/// ONBUILD, from the image that has it to those that begin with it.
@Suite struct TriggerBuildTests {
    @Test func triggersOfAnImageRunInWhatBeginsWithIt() async throws {
        try await BuildLab.run { lab in
            let parent = try lab.context(
                ["Dockerfile": "FROM scratch\nCOPY own /own\nONBUILD COPY app /app\nONBUILD ENV A=b\n", "own": "own"],
                named: "parent")
            let made = try await lab.build(parent, runner: "a", tag: "shop/parent:1")
            #expect(made.outcome.error == nil)
            let context = try lab.context(
                ["Dockerfile": "FROM shop/parent:1\nLABEL a=$A\n", "app": "app"], named: "child")
            let built = try await lab.build(context, runner: "a")
            #expect(built.outcome.error == nil)
            #expect(built.outcome.steps.map(\.instruction) == ["COPY app /app"])
            let files = try await lab.files(of: built)
            #expect(files["/own"]?.text == "own")
            #expect(files["/app"]?.text == "app")
            let settings = try #require(try await lab.configuration(of: built).config)
            #expect(settings.onBuild == [])
            #expect(settings.labels == ["a": "b"])
            try lab.context(["app": "changed"], named: "child")
            let changed = try await lab.build(context, runner: "b")
            #expect(changed.verdicts == [.run])
        }
    }
}
