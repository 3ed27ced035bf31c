import Build
import Dockerfile
import OCI
import SystemPackage
import Testing

/// The configuration of an image as a whole.
@Suite struct ImageSettingsBuildTests {
    /// What Docker 28.5 makes of the same Dockerfile.
    @Test func settingsAreThoseOfDocker() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM scratch AS base
                ENV A=1
                ONBUILD COPY top.txt /trig
                ONBUILD ENV T=$A
                FROM base AS two
                ARG X=q
                LABEL l=${X:-d} m="${A}" n=$T
                ENV V=${X#q} W=${A/1/2}
                CMD run it
                HEALTHCHECK --interval=5s CMD x
                EXPOSE 80/TCP 8000-8002
                VOLUME /a /b
                USER 5
                STOPSIGNAL 9
                ONBUILD RUN echo hi
                MAINTAINER me
                SHELL ["/bin/bash","-c"]
                ENTRYPOINT ["/e"]
                """, "top.txt": "t",
            ])
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            let image = try await lab.configuration(of: report)
            #expect(image.author == "me")
            let settings = try #require(image.config)
            let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            #expect(settings.environment == [path, "A=1", "T=1", "V=", "W=2"])
            #expect(settings.exposedPorts == ["80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"])
            #expect(settings.entrypoint == ["/e"])
            #expect(settings.command == ["/bin/sh", "-c", "run it"])
            #expect(settings.argumentsEscaped == true)
            #expect(settings.volumes == ["/a", "/b"])
            #expect(settings.workingDirectory == "/")
            #expect(settings.labels == ["l": "q", "m": "1", "n": "1"])
            #expect(settings.onBuild == ["RUN echo hi"])
            #expect(settings.shell == ["/bin/bash", "-c"])
            #expect(image.history?.count == 15)
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.config == report.outcome.config)
        }
    }
}
