import Dockerfile
import Testing

@Suite struct HeredocTests {
    @Test(arguments: [
        ("RUN <<EOF\necho a\n\n# b\nFRUM x\nEOF", "echo a\n\n# b\nFRUM x\n"),
        ("RUN <<-EOF\n\t\techo a\n\t b\n\tEOF", "echo a\n b\n"),
        ("RUN <<'E F'\na\nE F", "a\n"), ("RUN << EOF\nls\nEOF", "ls\n"), ("RUN 3<<EOF\nls\nEOF", "ls\n"),
        ("RUN --network=none <<EOF\nls\r\nEOF\r", "ls\r\n"), ("RUN <<EOF\nEOF", ""),
        ("RUN cat <<A >x && cat <<-'B'\n1\nA\n\t2\n\tB", "cat <<A >x && cat <<-'B'\n1\nA\n\t2\nB"),
        ("RUN <<EOF bash\nls\nEOF", "<<EOF bash\nls\nEOF"),
        ("RUN cat \\\n  <<EOF\n$A \\\\\nEOF", "cat   <<EOF\n$A \\\\\nEOF"),
    ])
    func commandsGoToTheShell(text: String, command: String) throws {
        let planned = try stage("\(text)\nENV BEHIND=1")
        #expect(planned.runs.map(\.arguments) == [["/bin/sh", "-c", command]])
        #expect(planned.runs[0].script == nil)
        #expect(planned.settings.environment.last == "BEHIND=1")
        #expect(planned.history.first?.createdBy == "RUN /bin/sh -c \(command)")
    }

    @Test func anInterpreterLineMakesAProgram() throws {
        let planned = try stage("RUN <<-run.py\n#!/usr/bin/python3\n\tprint(1)\nrun.py")
        #expect(planned.runs[0].arguments == ["/bin/sh", "-c", "/dev/pipes/run.py"])
        #expect(planned.runs[0].script == InlineFile(name: "run.py", text: "#!/usr/bin/python3\nprint(1)\n"))
        #expect(planned.steps[0].text == "RUN <<-run.py (#!/usr/bin/python3…)")
        #expect(failure("FROM scratch\nRUN <<a/b\n#!/bin/sh\na/b")?.message.contains("name of a file") == true)
    }

    @Test func copiedDocumentsExpandUnlessQuoted() throws {
        let copy = try stage(
            """
            ARG A=1
            COPY a <<x <<'y' <<-"z" b /d/
            $A "$A" '${A:-2}' \\$A \\\\ ${NONE:-"q"} `
            x
            $A
            y
            \t$A
            z
            """
        ).copies[0]
        #expect(copy.paths == ["a", "b"])
        #expect(
            copy.documents == [
                InlineFile(name: "x", text: "1 \"1\" '1' $A \\ \"q\" `\n"), InlineFile(name: "y", text: "$A\n"),
                InlineFile(name: "z", text: "$A\n"),
            ])
        #expect(copy.destinationIsDirectory)
    }

    @Test func documentsKnowTheBackslashOnly() throws {
        let text = "# escape=`\nFROM scratch\nCOPY <<x /d\n`$HOME \\$HOME\nx"
        #expect(try plan(text).stages[0].copies[0].documents[0].text == "` $HOME\n".replacing(" ", with: " "))
    }

    @Test func aDocumentAloneNeedsNoStage() throws {
        let stages = try plan("FROM a AS a\nFROM scratch\nCOPY --from=a <<x /x\nx").stages
        #expect(stages.last?.copies[0].source == .context)
        #expect(stages.last?.history.last?.createdBy == "COPY <<x /x")
    }

    @Test(arguments: [
        ("COPY << EOF /a\nx\nEOF", "without blanks"), ("ADD <<\"E F\" /a\nx\nE F", "without blanks"),
        ("COPY a <<EOF\nx\nEOF", "is a source"), ("COPY <<a/b /x\nq\na/b", "name of a file"),
        ("COPY <<.. /x\nq\n..", "name of a file"), ("COPY <<EOF /x\n${A\nEOF\n", "cannot be expanded"),
        ("RUN <<EOF\necho\n", "no line `EOF`"), ("COPY <<A <<B /x/\nA\nC\n", "no line `B`"),
        ("COPY <<-A /x\n  A\n", "no line `A`"), ("RUN <<EOF && <<", "no line `EOF`"),
    ])
    func mistakesNameTheInstruction(text: String, message: String) throws {
        let error = try #require(failure("FROM scratch\n\(text)"), "\(text)")
        #expect(error.code == .syntax)
        #expect(error.line == 2)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func whatIsNoTextIsRefusedWhereItStands() throws {
        let bytes = Array("FROM scratch\nCOPY <<EOF /x\na\n".utf8) + [0xFF] + Array("\nEOF\n".utf8)
        let error = #expect(throws: DockerfileError.self) { try Dockerfile(parsing: bytes, file: "D") }
        #expect(error?.line == 4)
    }
}
