import Dockerfile
import Testing

@Suite struct LineTests {
    private func command(_ text: String) throws -> String? { try stage(text).runs.first?.arguments.last }

    @Test(arguments: [
        ("RUN echo a \\\n  b", "echo a   b"),
        ("RUN echo a \\  \n b", "echo a  b"),
        ("RUN echo a && \\\n# a comment\n  echo b", "echo a &&   echo b"),
        ("RUN echo a && \\\n\n  echo b", "echo a &&   echo b"),
        ("RUN echo a && \\\r\n  echo b\r\n", "echo a &&   echo b"),
        ("   \t run   echo  a  b  ", "echo  a  b"),
        ("RUN echo a\\\\\nRUN b", "echo a\\\\"),
        ("RUN echo a # not a comment", "echo a # not a comment"),
        ("RUN echo \\\n  a \\\n", "echo   a"),
        ("RUN a \\\n#c\n#d\n\n b", "a  b"),
        ("RUN echo '\\\n'", "echo ''"),
        ("RUN \\\n  echo", "echo"),
        ("RUN echo $HOME ${X} \"$Y\"", "echo $HOME ${X} \"$Y\""),
    ])
    func continuedLinesAreJoined(text: String, expected: String) throws {
        #expect(try command(text) == expected)
    }

    @Test func anEmptyContinuationLineIsAWarning() throws {
        let warnings = try plan("FROM scratch\nRUN a \\\n\n b\n").warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.description.hasPrefix("Dockerfile:3: NoEmptyContinuation: ") == true)
    }

    @Test func byteOrderMarkAndCarriageReturnsAreDropped() throws {
        let stages = try plan("\u{FEFF}# syntax=docker/dockerfile:1\r\nFROM scratch\r\nWORKDIR /a\r\n").stages
        #expect(stages[0].workdirs.map(\.path) == ["/a"])
    }

    @Test(arguments: [
        "docker/dockerfile:1", "docker/dockerfile:1.4", "docker/dockerfile:1.20.3", "docker/dockerfile:latest",
        "docker.io/docker/dockerfile:1", "docker/dockerfile", "docker/dockerfile:1 ignored words",
        "docker/dockerfile:1.7@sha256:\(String(repeating: "0a", count: 32))",
        "docker.io/docker/dockerfile@sha256:\(String(repeating: "f", count: 64))",
    ])
    func stableFrontendsAreAccepted(frontend: String) {
        #expect(failure("# syntax=\(frontend)\nFROM scratch") == nil)
        #expect(failure("#SYNTAX = \(frontend) \n# check=skip=all\nFROM scratch") == nil)
        #expect(failure("#!/usr/bin/env buildah\n# syntax=\(frontend)\nFROM scratch") == nil)
    }

    @Test(arguments: [
        "docker/dockerfile:1-labs", "docker/dockerfile:2", "docker/dockerfile-upstream:master", "me/front:1",
        "docker/dockerfile:1.x", "docker/dockerfile:1.2.3.4", "docker/dockerfile:1@sha256:12", "docker/dockerfile:",
        "ghcr.io/docker/dockerfile:1", "docker/dockerfile:1.",
    ])
    func otherFrontendsAreRefused(frontend: String) throws {
        let error = try #require(failure("# syntax=\(frontend)\nFROM scratch"))
        #expect(error.code == .unsupported)
        #expect(error.line == 1)
        #expect(error.text == "# syntax=\(frontend)")
        #expect(error.message.contains(frontend))
        var options = Dockerfile.Options()
        options.buildArguments["BUILDKIT_SYNTAX"] = frontend
        #expect(failure("FROM scratch", options: options)?.code == .unsupported)
    }

    @Test func directivesCountOnlyAtTheTop() throws {
        #expect(failure("# a comment\n# syntax=me/front\nFROM scratch") == nil)
        #expect(failure("\n# syntax=me/front\nFROM scratch") == nil)
        #expect(failure("# unknown=x\n# syntax=me/front\nFROM scratch") == nil)
        #expect(failure("FROM scratch\n# syntax=me/front") == nil)
        let twice = try #require(failure("# escape=`\n# escape=`\nFROM scratch"))
        #expect(twice.code == .syntax)
        #expect(twice.line == 2)
        #expect(failure("# escape=x\nFROM scratch")?.code == .syntax)
    }

    @Test func escapeDirectiveChangesTheCharacter() throws {
        let text = "# escape=`\nFROM scratch\nENV a=1\nWORKDIR /x`$a\\b\nRUN echo a `\n b\\\n"
        let planned = try plan(text).stages[0]
        #expect(planned.workdirs.map(\.path) == ["/x$a\\b"])
        #expect(planned.runs.map(\.arguments.last) == ["echo a  b\\"])
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        let bytes = Array("FROM scratch\n# caf\u{e9}\nRUN echo ".utf8) + [0xFF, 0x0A]
        #expect(throws: DockerfileError.self) { try Dockerfile(parsing: bytes, file: "D") }
        let comment = Array("# ".utf8) + [0xFF, 0x0A] + Array("FROM scratch\n".utf8)
        #expect(throws: Never.self) { try Dockerfile(parsing: comment, file: "D") }
        #expect(failure("FROM scratch\nRUN a\u{0}b")?.line == 2)
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "ARG A=1\n", "\\"])
    func aFileWithoutStagesIsAnError(text: String) throws {
        let error = try #require(failure(text))
        #expect(error.code == .syntax)
        #expect(error.line == 1)
        #expect(error.message.contains("FROM"))
    }

    @Test(arguments: [
        "RUN cat <<<word", "RUN echo \"<<EOF\"", "RUN echo $((1<<2))", "RUN x<<EOF", "RUN [\"sh\", \"-c\", \"<<EOF\"]",
        "RUN a < b", "RUN echo 'a <<EOF'", "ENV A=<<EOF", "RUN echo \\<<EOF", "RUN a <<",
    ])
    func whatOnlyLooksLikeAHereDocumentIsText(text: String) {
        #expect(failure("FROM scratch\n\(text)\nENV B=1") == nil)
    }

    @Test func aHereDocumentWithoutEndIsASyntaxError() throws {
        let error = try #require(failure("FROM scratch\nRUN <<EOF\necho\n"))
        #expect(error.code == .syntax)
        #expect(error.message.contains("`EOF`"))
    }
}
