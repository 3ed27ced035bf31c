import Dockerfile
import Testing

@Suite struct ExpansionTests {
    private static let values = "ENV HOME=/root EMPTY= NAME=\"two words\" UMLAUT=größe\n"

    /// What `word` becomes as the value of a label.
    private func expand(_ word: String) throws -> String? {
        try stage("\(Self.values)LABEL l=\(word)").settings.labels["l"]
    }

    @Test(arguments: [
        ("plain", "plain"), ("$HOME", "/root"), ("${HOME}", "/root"), ("a$HOME/b", "a/root/b"),
        ("a${HOME}b", "a/rootb"),
        ("$NONE", ""), ("${NONE}x", "x"), ("$HOMEx", ""), ("$HOME.x", "/root.x"), ("a$", "a$"), ("$.", "$."),
        ("$1x", "x"),
        ("$12x", "x"), ("${1:-d}", "d"), ("$@x", "x"), ("$$x", "x"), ("${UMLAUT}", "größe"), ("$UMLAUT", "größe"),
        ("${NONE:-d}", "d"), ("${EMPTY:-d}", "d"), ("${EMPTY-d}", ""), ("${NONE-d}", "d"), ("${HOME:-d}", "/root"),
        ("${HOME:+y}", "y"), ("${EMPTY:+y}", ""), ("${EMPTY+y}", "y"), ("${NONE+y}", ""), ("${HOME+y}", "y"),
        ("${NONE:-$HOME}", "/root"), ("${NONE:-${EMPTY:-${HOME}}}x", "/rootx"), ("${NONE:-}", ""),
        ("${HOME?no}", "/root"), ("${HOME:?no}", "/root"), ("${EMPTY?no}", ""), ("${NONE:-'}'}", "}"),
        ("${NONE:-\\}}", "}"), ("${HOME:+a:b}", "a:b"), ("\\$HOME", "$HOME"), ("\\${HOME}", "${HOME}"), ("a\\b", "ab"),
        ("a\\\\b", "a\\b"), ("\\\"a", "\"a"), ("'$HOME'", "$HOME"), ("'a\\b'", "a\\b"), ("'a\"b'", "a\"b"),
        ("\"$HOME\"", "/root"), ("\"a\\b\"", "a\\b"), ("\"a\\\"b\"", "a\"b"), ("\"a\\$HOME\"", "a$HOME"),
        ("\"a\\\\b\"", "a\\b"), ("\"it's\"", "it's"), ("\"a b\"c", "a bc"), ("a\\ b", "a b"), ("\"\"", ""), ("''", ""),
        ("\"$NAME\"", "two words"), ("$NAME", "two words"), ("a\"b\"'c'", "abc"), ("x=y", "x=y"),
        ("${HOME}}", "/root}"),
    ])
    func wordsExpand(word: String, expected: String) throws {
        #expect(try expand(word) == expected, "\(word)")
    }

    @Test(arguments: [
        "${HOME", "${", "${}", "${:x}", "${{a}", "${HOME:x}", "${HOME:=x}", "${NONE:-a", "'abc", "\"abc", "\"abc\\\"",
        "${HOME.}", "${.}", "\"${HOME\"", "${A:",
    ])
    func malformedWordsAreSyntaxErrors(word: String) throws {
        let error = try #require(failure("FROM scratch\n\(Self.values)LABEL l=\(word)"))
        #expect(error.code == .syntax)
        #expect(error.line == 3)
        #expect(error.message.contains("cannot be expanded"))
    }

    /// The examples are those of the Dockerfile reference and of POSIX shells.
    @Test(arguments: [
        ("${S#f*o}", "obarfoobar"), ("${S##f*o}", "bar"), ("${S#x}", "foobarfoobar"), ("${S#*}", "foobarfoobar"),
        ("${S##*}", ""), ("${S%b*}", "foobarfoo"), ("${S%%b*}", "foo"), ("${S%bar}", "foobarfoo"), ("${S%%*}", ""),
        ("${S%?}", "foobarfooba"), ("${S/ba?/x}", "fooxfoobar"), ("${S//ba?/x}", "fooxfoox"), ("${S//o/}", "fbarfbar"),
        ("${S/o*o/0}", "f0bar"), ("${S/z/y}", "foobarfoobar"), ("${NONE#x}", ""), ("${P##*/}", "c.tar.gz"),
        ("${P%/*}", "/a/b"), ("${P%%.*}", "/a/b/c"), ("${P#/}", "a/b/c.tar.gz"), ("${P//\\//-}", "-a-b-c.tar.gz"),
        ("${P/$D/}", "/b/c.tar.gz"), ("${S#\"foo\"}", "barfoobar"), ("${S/#foo/x}", "foobarfoobar"),
        ("${Q#\\*}", "b}"), ("${Q%\\}}", "*b"), ("${Q/\\?/x}", "*b}"), ("${S#${NONE:-foo}}", "barfoobar"),
        ("${U%?}", "größ"), ("${S//*/x}", "x"),
    ])
    func patternsCutAndReplace(word: String, expected: String) throws {
        let values = "ENV S=foobarfoobar P=/a/b/c.tar.gz D=/a Q='*b}' U=größe\n"
        #expect(try stage("\(values)LABEL l=\(word)").settings.labels["l"] == expected, "\(word)")
    }

    @Test(arguments: ["${HOME:#/}", "${HOME:%/}", "${HOME#\\x}", "${HOME/a}", "${HOME/a/b", "${HOME#a"])
    func malformedPatternsAreSyntaxErrors(word: String) throws {
        let error = try #require(failure("FROM scratch\n\(Self.values)LABEL l=\(word)"))
        #expect(error.code == .syntax)
        #expect(error.line == 3)
    }

    @Test func malformedWordsCountInStagesThatAreNotBuilt() {
        #expect(failure("FROM scratch AS a\nENV A=${B\nFROM scratch")?.line == 2)
        #expect(failure("FROM scratch AS a\nENV A=${B#x\nFROM scratch")?.line == 2)
        #expect(failure("FROM ${A\nFROM scratch")?.line == 1)
    }

    @Test func requiredVariablesAreNamed() throws {
        let error = try #require(failure("FROM scratch\nLABEL a=\"${NONE:?give it with --build-arg}\""))
        #expect(error.code == .unknownName)
        #expect(error.message.contains("`NONE`: give it with --build-arg"))
    }

    @Test func deepNestingEndsInAnErrorAndNotInACrash() {
        let word = String(repeating: "${a:-", count: 100_000)
        #expect(failure("FROM scratch\nLABEL l=\(word)")?.code == .syntax)
        let json = String(repeating: "[", count: 100_000)
        #expect(failure("FROM scratch\nCMD \(json)") == nil)
    }

    @Test func theInstructionsThatDoExpand() throws {
        let planned = try stage(
            """
            ENV v=x
            ENV e=$v f=${v}1
            ARG a=$v
            ENV ports="80 443/udp"
            LABEL l$v=$v
            WORKDIR $v/$a
            USER $v:$v
            EXPOSE ${none:-$ports}
            VOLUME /$v
            VOLUME ["/j$v"]
            STOPSIGNAL SIG${v:+TERM}
            COPY --chown=$v --chmod=${none:-644} $v.txt $e/
            ADD ["$v y", "/$v"]
            RUN --mount=type=secret,id=$v,target=/$v true
            """)
        #expect(planned.settings.environment == ["PATH=\(Self.path)", "v=x", "e=x", "f=x1", "ports=80 443/udp"])
        #expect(planned.settings.labels == ["lx": "x"])
        #expect(planned.settings.workingDirectory == "/x/x")
        #expect(planned.settings.user == "x:x")
        #expect(planned.settings.exposedPorts == ["80/tcp", "443/udp"])
        #expect(planned.settings.volumes == ["/x", "/jx"])
        #expect(planned.settings.stopSignal == "SIGTERM")
        #expect(planned.copies[0].paths == ["x.txt"])
        #expect(planned.copies[0].owner == "x")
        #expect(planned.copies[0].mode?.text == "644")
        #expect(planned.copies[0].destination == "/x/x/x")
        #expect(planned.copies[1].paths == ["x y"])
        #expect(planned.runs[0].mounts == [.secret(SecretMount(id: "x", target: "/x"))])
        #expect(planned.runs[0].environment.last == "a=x")
    }

    @Test func theInstructionsThatDoNotExpand() throws {
        let planned = try stage(
            """
            ENV v=x
            RUN echo $v
            RUN ["echo", "$v"]
            CMD ["$v"]
            ENTRYPOINT e $v
            SHELL ["$v"]
            HEALTHCHECK CMD h $v
            """)
        #expect(planned.runs.map(\.arguments) == [["/bin/sh", "-c", "echo $v"], ["echo", "$v"]])
        #expect(planned.settings.entrypoint == ["/bin/sh", "-c", "e $v"])
        #expect(planned.settings.shell == ["$v"])
        #expect(planned.settings.healthcheck?.test == ["CMD-SHELL", "h $v"])
    }

    @Test func oneInstructionExpandsBeforeItSets() throws {
        let planned = try stage("ENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc")
        #expect(planned.settings.environment.dropFirst() == ["abc=bye", "def=hello", "ghi=bye"])
    }

    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
