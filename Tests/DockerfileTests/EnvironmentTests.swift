import Dockerfile
import Testing

@Suite struct EnvironmentTests {
    private func environment(
        _ text: String, arguments: [String: String] = [:], base: ImageSettings? = nil
    ) throws -> [String] {
        try stage("\(text)\nRUN true", arguments: arguments, base: base).runs.last?.ownEnvironment ?? []
    }

    @Test func environmentComesFirstThenArgumentsInOrderOfDeclaration() throws {
        var base = ImageSettings()
        base.environment = ["PATH=/bin", "B=base", "C=c"]
        let text = "ARG Z=1\nENV N=n B=new\nARG A=2\nENV M=m\nARG Z=3\n"
        #expect(try environment(text, base: base) == ["B=new", "C=c", "N=n", "M=m", "Z=3", "A=2"])
    }

    /// Images of odd builders have some, and no runtime takes them as they are.
    @Test func variablesOfTheBaseWithoutAValueAreEmpty() throws {
        var base = ImageSettings()
        base.environment = ["PATH=/bin", "A=1", "ODD", "=none", "", "B=2"]
        #expect(try environment("", base: base) == ["A=1", "ODD=", "B=2"])
        #expect(try environment("ARG ODD=x", base: base) == ["A=1", "B=2", "ODD=x"])
        #expect(try stage("LABEL a=$ODD", base: base).settings.environment == base.environment)
        #expect(try stage("ENV ODD=3", base: base).settings.environment[2] == "ODD=3")
    }

    /// As BuildKit does it; the Dockerfile reference says that it is always ENV.
    @Test func theLaterOfArgumentAndEnvironmentCounts() throws {
        #expect(try environment("ENV V=env\nARG V=arg") == ["V=arg"])
        #expect(try environment("ENV V=env\nARG V") == ["V=env"])
        #expect(try environment("ARG V=arg\nENV V=env", arguments: ["V": "given"]) == ["V=env"])
        #expect(try environment("ARG V=arg\nENV V=$V-2") == ["V=arg-2"])
        #expect(try environment("ENV V=env\nARG V=arg\nENV W=$V") == ["W=arg", "V=arg"])
        #expect(try environment("ENV V=env\nARG V=arg\nENV V=last") == ["V=last"])
    }

    @Test func argumentsWithoutAValueAreNotThere() throws {
        #expect(try environment("ARG A\nARG B=\nARG C") == ["B="])
        #expect(try environment("ARG A\nARG B=1", arguments: ["A": "x", "B": ""]) == ["A=x", "B="])
    }

    @Test func argumentsTakeSeveralNames() throws {
        #expect(try environment("ARG a=1 b=\"x y\" c d='$a' e=$a$b") == ["a=1", "b=x y", "d=$a", "e=1x y"])
    }

    @Test func argumentsAreVisibleOnlyBelowTheirLine() throws {
        let planned = try stage("RUN a\nARG A=1\nRUN b\nLABEL l=$A$B\nARG B=2", arguments: ["B": "3"])
        #expect(planned.runs.map(\.ownEnvironment) == [[], ["A=1"]])
        #expect(planned.settings.labels == ["l": "1"])
    }

    @Test(arguments: [
        ("ARG G=g", "", [:], []), ("ARG G=g", "ARG G", [:], ["G=g"]), ("ARG G=g", "ARG G=own", [:], ["G=own"]),
        ("ARG G=g", "ARG G=own", ["G": "given"], ["G=given"]), ("ARG G", "ARG G", ["G": "given"], ["G=given"]),
        ("ARG G=g\nARG H=$G-h", "ARG H", ["G": "x"], ["H=x-h"]), ("", "ARG G", ["G": "given"], ["G=given"]),
        ("ARG G=g", "", ["G": "given"], []),
    ])
    func globalArgumentsNeedADeclaration(
        global: String, local: String, arguments: [String: String], expected: [String]
    ) throws {
        var options = Dockerfile.Options()
        options.buildArguments = arguments
        let stages = try plan("\(global)\nFROM scratch\n\(local)\nRUN true", options: options).stages
        #expect(stages[0].runs[0].ownEnvironment == expected)
    }

    @Test func laterStagesInheritFromTheStageTheyBeginWith() throws {
        let text = """
            FROM scratch AS a
            ENV E=1
            ARG A=2
            WORKDIR /w
            USER u
            FROM a AS b
            RUN true
            FROM scratch
            COPY --from=b /x /
            RUN true
            """
        let stages = try plan(text).stages
        #expect(stages[1].base == .stage(0))
        #expect(stages[1].runs[0].ownEnvironment == ["E=1", "A=2"])
        #expect(stages[1].runs[0].workingDirectory == "/w")
        #expect(stages[1].runs[0].user == "u")
        #expect(stages[2].runs[0].ownEnvironment == [])
        #expect(stages[2].runs[0].workingDirectory == "/")
    }

    @Test func platformArgumentsNeedADeclarationInStages() throws {
        var options = Dockerfile.Options()
        options.platform = "linux/arm64/v8"
        options.buildPlatform = "linux/amd64"
        let text = """
            FROM --platform=$BUILDPLATFORM golang-$TARGETARCH AS build
            ARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDARCH TARGETSTAGE
            RUN true
            FROM base AS last
            COPY --from=build / /
            RUN true
            """
        let stages = try plan(text, options: options).stages
        #expect(stages[0].base == .image("golang-arm64", platform: "linux/amd64"))
        #expect(
            stages[0].runs[0].ownEnvironment == [
                "TARGETPLATFORM=linux/arm64", "TARGETOS=linux", "TARGETARCH=arm64", "TARGETVARIANT=", "BUILDARCH=amd64",
                "TARGETSTAGE=last",
            ])
        #expect(stages[1].runs[0].ownEnvironment == [])
    }

    @Test func proxiesThatNobodyDeclaredStayOutOfTheKey() throws {
        let arguments = ["HTTP_PROXY": "http://p", "no_proxy": "localhost"]
        let planned = try stage("RUN a\nARG HTTP_PROXY\nRUN b", arguments: arguments)
        #expect(planned.runs[0].ownEnvironment == [])
        #expect(
            planned.runs[0].unkeyedEnvironment == [
                "HTTP_PROXY=http://p", "http_proxy=http://p", "NO_PROXY=localhost", "no_proxy=localhost",
            ])
        #expect(planned.runs[1].ownEnvironment == ["HTTP_PROXY=http://p"])
        #expect(
            planned.runs[1].unkeyedEnvironment == ["http_proxy=http://p", "NO_PROXY=localhost", "no_proxy=localhost"])
    }

    @Test func aPathIsAddedWhereThereIsNone() throws {
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let planned = try stage("RUN true\nENV PATH=/x:$PATH\nRUN true")
        #expect(planned.runs[0].environment == [path])
        #expect(planned.settings.environment == ["PATH=/x:\(path.dropFirst(5))"])
        var base = ImageSettings()
        base.environment = ["A=1", "PATH=/opt"]
        #expect(try stage("RUN true", base: base).runs[0].environment == ["A=1", "PATH=/opt"])
    }

    @Test func buildArgumentsThatNothingUsesAreNamed() throws {
        var options = Dockerfile.Options()
        options.buildArguments = [
            "UNUSED": "1", "GLOBAL": "1", "LOCAL": "1", "PRUNED": "1", "HTTPS_PROXY": "1", "TARGETARCH": "arm64",
            "BUILDKIT_INLINE_CACHE": "1",
        ]
        let text = "ARG GLOBAL\nFROM scratch AS a\nARG PRUNED\nFROM scratch\nARG LOCAL"
        #expect(
            try plan(text, options: options).warnings.map(\.description) == [
                "Dockerfile:2: [--build-arg UNUSED] was not consumed: no ARG declares it."
            ])
    }

    @Test(arguments: [
        ("ENV a=1 b=2", ["a=1", "b=2"]), ("ENV a b c", ["a=b c"]), ("ENV a=\"b c\" d='e f'", ["a=b c", "d=e f"]),
        ("ENV a=b\\ c", ["a=b c"]), ("ENV a   \"b  c\"", ["a=b  c"]), ("ENV a b=c", ["a=b=c"]), ("ENV a=", ["a="]),
        ("ENV a=b=c", ["a=b=c"]), ("ENV a=1 \\\n  b=2", ["a=1", "b=2"]), ("ENV a=\"\"", ["a="]),
        ("ENV a=1 a=2", ["a=2"]), ("ENV a=\"1 \\\" 2\"", ["a=1 \" 2"]), ("ENV a='1' \"b\"=2", ["a=1", "b=2"]),
    ])
    func bothFormsOfENV(text: String, expected: [String]) throws {
        #expect(try environment(text) == expected)
    }
}
