import Dockerfile
import Testing

@Suite struct StageTests {
    private static let threeStages = """
        ARG BASE=python:3.13
        FROM ${BASE} AS Build
        COPY . /src
        FROM node:22 AS assets
        RUN npm run build
        FROM --platform=linux/arm64 debian
        RUN unneeded
        FROM ${BASE}-slim AS run
        COPY --from=build /src /app
        COPY --from=nginx:1 /etc/nginx/mime.types /etc/
        """

    private func options(target: String?) -> Dockerfile.Options {
        var options = Dockerfile.Options()
        options.target = target
        return options
    }

    private func names(_ target: String?) throws -> [String] {
        try plan(Self.threeStages, options: options(target: target)).stages.map(\.name)
    }

    @Test func onlyWhatTheTargetNeedsIsPlanned() throws {
        #expect(try names(nil) == ["build", "run"])
        #expect(try names("RUN") == ["build", "run"])
        #expect(try names("assets") == ["assets"])
        #expect(try names("build") == ["build"])
        #expect(try names("2") == ["2"])
        #expect(try names("3") == ["build", "run"])
        let planned = try plan(Self.threeStages)
        #expect(planned.targets == [.init(stage: 1, platform: "linux/amd64")])
        #expect(planned.stages[1].copies.map(\.source) == [.stage(0), .image("nginx:1")])
        #expect(planned.stages[1].base == .image("python:3.13-slim", platform: nil))
    }

    @Test func requiredImagesAreThoseOfTheNeededStagesOnce() throws {
        let text = Self.threeStages + "\nFROM python:3.13 AS more\nCOPY --from=run / /\nCOPY --from=nginx:1 / /"
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "D")
        let images = try dockerfile.requiredImages(options: .init()).map(\.name)
        #expect(images == ["python:3.13", "python:3.13-slim", "nginx:1"])
        let other = try dockerfile.requiredImages(options: options(target: "2"))
        #expect(other == [Dockerfile.ImageRequest(name: "debian", platform: "linux/arm64")])
        #expect(try dockerfile.requiredImages(options: options(target: "assets")).map(\.name) == ["node:22"])
    }

    @Test func stagesAreFoundByNumberToo() throws {
        let stages = try plan("FROM a\nFROM b\nRUN x\nFROM scratch\nCOPY --from=1 /x /\nCOPY --from=0 /y /").stages
        #expect(stages.map(\.name) == ["0", "1", "2"])
        #expect(stages[2].copies.map(\.source) == [.stage(1), .stage(0)])
        #expect(stages[2].copies.map(\.paths) == [["x"], ["y"]])
    }

    @Test func aStageNameHidesAnImage() throws {
        let stages = try plan("FROM debian AS debian\nUSER u\nFROM debian\nUSER w").stages
        #expect(stages.map(\.base) == [.image("debian", platform: nil), .stage(0)])
    }

    @Test func anImageUsedBeforeTheStageOfItsName() throws {
        let stages = try plan("FROM node AS x\nFROM y AS node\nCOPY --from=x / /").stages
        #expect(stages.map(\.base) == [.image("node", platform: nil), .image("y", platform: nil)])
    }

    @Test(arguments: [
        ("FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b", 2, "comes after"),
        ("FROM scratch AS a\nCOPY --from=a / /", 2, "from itself"),
        ("FROM scratch AS a\nCOPY --from=0 / /", 2, "from itself"),
        ("FROM scratch\nCOPY --from=1 / /\nFROM scratch", 2, "comes after"),
        ("FROM scratch AS a\nFROM scratch\nCOPY --from=7 / /", 3, "the stages are `a`, `1`"),
        ("FROM scratch\nFROM scratch AS x\nCOPY --from=x / /\nFROM scratch", 3, "from itself"),
        ("FROM scratch\nCOPY --from=-1 / /", 2, "the only stage is `0`"),
    ])
    func wrongSourcesOfCOPYAreNamed(text: String, line: Int, message: String) throws {
        let error = try #require(failure(text))
        #expect(error.code == .unknownName)
        #expect(error.line == line)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func anUnknownTargetListsTheStages() throws {
        let error = try #require(failure(Self.threeStages, options: options(target: "tests")))
        #expect(error.code == .unknownName)
        #expect(error.message == "There is no stage `tests` to build; the stages are `build`, `assets`, `2`, `run`.")
    }

    @Test func anEmptyBaseNamesItsVariable() throws {
        let missing = try #require(failure("ARG TAG\nFROM debian:$TAG"))
        #expect(missing.code == .unknownName)
        #expect(missing.line == 2)
        #expect(missing.message.contains("`TAG` has no value"))
        #expect(failure("FROM ${IMAGE}")?.code == .unknownName)
        #expect(failure("FROM ${IMAGE:-debian}") == nil)
        #expect(failure("FROM \"\"")?.code == .syntax)
        #expect(failure("FROM $IMAGE AS never\nFROM scratch")?.line == 1)
        var given = Dockerfile.Options()
        given.buildArguments["TAG"] = "13"
        #expect(failure("ARG TAG\nFROM debian:$TAG", options: given) == nil)
    }

    @Test func platformsAreCanonical() throws {
        let text =
            "FROM --platform=LINUX/aarch64 a AS a\nFROM --platform=linux/arm b AS b\nFROM --platform=amd64 c AS c\n"
            + "FROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\nCOPY --from=c / /"
        let bases = try plan(text).stages.map(\.base)
        #expect(
            bases == [
                .image("a", platform: "linux/arm64"), .image("b", platform: "linux/arm/v7"),
                .image("c", platform: "linux/amd64"), .scratch,
            ])
        #expect(failure("FROM --platform=a/b/c/d x")?.code == .syntax)
        #expect(failure("FROM --platform=$NONE x")?.code == .syntax)
    }

    @Test func aBaseWithoutSettingsIsAnError() throws {
        let dockerfile = try Dockerfile(parsing: Array("ARG A\nFROM base\n".utf8), file: "D")
        let error = #expect(throws: DockerfileError.self) { try dockerfile.plan(options: .init(), bases: [:]) }
        #expect(error?.line == 2)
    }

    @Test func labelsOfTheCommandLineGoToTheTargetOnly() throws {
        var options = Dockerfile.Options()
        options.labels = [("a", "cli"), ("c", "cli")]
        let stages = try plan("FROM scratch AS x\nLABEL a=1 b=2\nFROM x", options: options).stages
        #expect(stages.map(\.settings.labels) == [["a": "1", "b": "2"], ["a": "cli", "b": "2", "c": "cli"]])
    }

    @Test func repeatedStageNamesAreAWarning() throws {
        let planned = try plan("FROM a AS x\nFROM b AS x\nFROM x\nCOPY --from=x / /")
        #expect(planned.stages.map(\.base) == [.image("b", platform: nil), .stage(0)])
        #expect(planned.warnings.map { $0.description.hasPrefix("Dockerfile:2: DuplicateStageName: ") } == [true])
    }
}
