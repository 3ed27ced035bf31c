import Dockerfile
import Testing

@Suite struct SettingsTests {
    @Test(arguments: [
        ("CMD [\"a\", \"b\"]", ["a", "b"]), ("CMD a b", ["/bin/sh", "-c", "a b"]), ("CMD []", []),
        ("CMD [ \"a\" , \"\\u00e9\\ud83d\\ude00\\n\" ]", ["a", "é😀\n"]), ("CMD ['a']", ["/bin/sh", "-c", "['a']"]),
        ("CMD [\"a\"] b", ["/bin/sh", "-c", "[\"a\"] b"]), ("CMD [\"a\",]", ["/bin/sh", "-c", "[\"a\",]"]),
        ("CMD [ -f x ]", ["/bin/sh", "-c", "[ -f x ]"]), ("CMD [\"a\"", ["/bin/sh", "-c", "[\"a\""]),
        ("CMD [\"a\\x\"]", ["/bin/sh", "-c", "[\"a\\x\"]"]), ("CMD [a]", ["/bin/sh", "-c", "[a]"]),
        ("CMD [\"\\ud800x\"]", ["\u{FFFD}x"]), ("SHELL [\"/bin/bash\", \"-ec\"]\nCMD a", ["/bin/bash", "-ec", "a"]),
        ("CMD [\"a\", \\\n  \"b\" \\\n]", ["a", "b"]),
    ])
    func jsonAndShellForm(text: String, expected: [String]) throws {
        #expect(try stage(text).settings.command == expected)
    }

    @Test func entrypointResetsAnInheritedCommandOnly() throws {
        var base = ImageSettings()
        base.command = ["base"]
        base.entrypoint = ["old"]
        #expect(try stage("ENTRYPOINT [\"e\"]", base: base).settings.command == nil)
        #expect(try stage("CMD [\"c\"]\nENTRYPOINT [\"e\"]", base: base).settings.command == ["c"])
        #expect(try stage("ENTRYPOINT [\"e\"]\nCMD [\"c\"]", base: base).settings.command == ["c"])
        #expect(try stage("CMD [\"c\"]", base: base).settings.entrypoint == ["old"])
        #expect(try stage("ENTRYPOINT []", base: base).settings.entrypoint == nil)
        let inherited = try plan("FROM scratch AS a\nCMD [\"c\"]\nFROM a\nENTRYPOINT [\"e\"]").stages[1]
        #expect(inherited.settings.command == nil)
    }

    @Test func whatABaseHasStays() throws {
        var base = ImageSettings()
        base.environment = ["PATH=/bin"]
        base.user = "app"
        base.workingDirectory = "srv/x/"
        base.labels = ["a": "1", "b": "2"]
        base.exposedPorts = ["80/tcp"]
        base.volumes = ["/v"]
        base.stopSignal = "SIGINT"
        base.shell = ["/bin/ash"]
        base.healthcheck = .init(test: ["NONE"])
        let planned = try stage("LABEL b=3\nEXPOSE 81\nVOLUME /w\nWORKDIR y\nRUN x", base: base)
        var expected = base
        expected.labels = ["a": "1", "b": "3"]
        expected.exposedPorts = ["80/tcp", "81/tcp"]
        expected.volumes = ["/v", "/w"]
        expected.workingDirectory = "/srv/x/y"
        #expect(planned.settings == expected)
        #expect(planned.runs[0].arguments == ["/bin/ash", "x"])
        #expect(planned.runs[0].user == "app")
        #expect(planned.workdirs == [WorkdirOperation(path: "/srv/x/y", user: "app")])
    }

    @Test(arguments: [
        ("WORKDIR /a\nWORKDIR b\nWORKDIR ../c", "/a/c"), ("WORKDIR a", "/a"), ("WORKDIR /a//b/./c/", "/a/b/c"),
        ("WORKDIR ../..", "/"), ("WORKDIR /a\nWORKDIR $NONE", "/a"), ("WORKDIR \"/a b\"", "/a b"),
        ("WORKDIR /a b", "/a b"),
        ("WORKDIR /a\nWORKDIR /", "/"), ("ENV D=/d\nWORKDIR $D/e", "/d/e"), ("WORKDIR /\u{301}/x", "/\u{301}/x"),
    ])
    func workingDirectories(text: String, expected: String) throws {
        let planned = try stage(text + "\nRUN true")
        #expect(planned.settings.workingDirectory == expected)
        #expect(planned.runs[0].workingDirectory == expected)
        #expect(!planned.workdirs.map(\.path).contains("/"))
    }

    @Test(arguments: [
        ("EXPOSE 80", ["80/tcp"]), ("EXPOSE 80/tcp 53/UDP", ["80/tcp", "53/udp"]),
        ("EXPOSE 8000-8002", ["8000/tcp", "8001/tcp", "8002/tcp"]),
        ("EXPOSE 8080:80", ["80/tcp"]), ("EXPOSE 127.0.0.1:1:2/sctp", ["2/sctp"]), ("EXPOSE 80 80", ["80/tcp"]),
    ])
    func ports(text: String, expected: [String]) throws {
        #expect(try stage(text).settings.exposedPorts == Set(expected))
    }

    @Test(arguments: ["SIGTERM", "term", "9", "SIGRTMIN+3", "RTMAX-1", "SigInt"])
    func signals(name: String) throws {
        #expect(try stage("STOPSIGNAL \(name)").settings.stopSignal == name)
    }

    @Test func healthChecks() throws {
        let flags = "--interval=1m30s --timeout=500ms --start-period=1.5h --start-interval=0s --retries=3"
        let check = try #require(try stage("HEALTHCHECK \(flags) CMD curl  -f x || exit 1").settings.healthcheck)
        #expect(check.test == ["CMD-SHELL", "curl  -f x || exit 1"])
        #expect(check.interval == 90_000_000_000)
        #expect(check.timeout == 500_000_000)
        #expect(check.startPeriod == 5_400_000_000_000)
        #expect(check.startInterval == 0)
        #expect(check.retries == 3)
        #expect(try stage("HEALTHCHECK cmd [\"a\",\"b\"]").settings.healthcheck?.test == ["CMD", "a", "b"])
        #expect(try stage("HEALTHCHECK NONE").settings.healthcheck?.test == ["NONE"])
    }

    @Test func volumesInBothForms() throws {
        #expect(try stage("VOLUME /a /b").settings.volumes == ["/a", "/b"])
        #expect(try stage("VOLUME [\"/a b\", \"/c\"]").settings.volumes == ["/a b", "/c"])
    }

    @Test func maintainersAreAWarningOnly() throws {
        let planned = try plan("FROM scratch\nMAINTAINER Jane <j@example.com>")
        #expect(
            planned.warnings.map { $0.description.hasPrefix("Dockerfile:2: MaintainerDeprecated: MAINTAINER is") } == [
                true
            ])
    }

    @Test func anEmptyUserIsAWarning() throws {
        let planned = try plan("FROM scratch\nUSER $NOBODY")
        #expect(planned.stages[0].settings.user == "")
        #expect(planned.warnings.map(\.check) == [.undefinedVar, nil])
    }

    @Test func historyIsAsDockerWritesIt() throws {
        let planned = try stage(
            """
            ENV A=b C="d e"
            RUN pip   install \\
                x
            ARG V=1
            ARG W
            RUN ["a", "b"]
            WORKDIR /app
            WORKDIR /
            COPY --chown=u:g --chmod=644 a b dst/
            ADD x.tar /
            LABEL k=v l="w x"
            USER u
            EXPOSE 80
            VOLUME /v
            STOPSIGNAL 9
            SHELL ["/bin/bash", "-c"]
            CMD ["x", "say \\"y\\""]
            ENTRYPOINT run
            HEALTHCHECK --retries=2 CMD x
            """)
        #expect(
            planned.history.map(\.createdBy) == [
                "ENV A=b C=d e", "RUN /bin/sh -c pip   install     x", "ARG V=1", "ARG W", "RUN |2 V=1 W= a b",
                "WORKDIR /app", "WORKDIR /", "COPY --chown=u:g --chmod=644 a b dst/", "ADD x.tar /", "LABEL k=v l=w x",
                "USER u", "EXPOSE [80/tcp]", "VOLUME [/v]", "STOPSIGNAL 9", "SHELL [/bin/bash -c]",
                "CMD [\"x\" \"say \\\"y\\\"\"]", "ENTRYPOINT [\"/bin/bash\" \"-c\" \"run\"]",
                "HEALTHCHECK --retries=2 CMD x",
            ])
        #expect(planned.history.map(\.step) == [nil, 0, nil, nil, 1, 2, nil, 3, 4] + Array(repeating: nil, count: 9))
        #expect(
            planned.steps.map(\.text) == [
                "RUN pip install x", "RUN [\"a\", \"b\"]", "WORKDIR /app", "COPY --chown=u:g --chmod=644 a b dst/",
                "ADD x.tar /",
            ])
        #expect(planned.steps.map(\.line) == [3, 7, 8, 10, 11])
    }
}
