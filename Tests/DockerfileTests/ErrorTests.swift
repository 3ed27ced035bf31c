import Dockerfile
import Testing

@Suite struct ErrorTests {
    @Test(arguments: [
        ("FRUM debian", "did you mean FROM?"), ("RNU ls", "did you mean RUN?"), ("COPPY a b", "did you mean COPY?"),
        ("ENTRYPONT a", "did you mean ENTRYPOINT?"), ("xyzzyplugh a", "begins with one of ADD"),
        ("&& ls", "There is no"),
        ("FROM", "needs the image"), ("FROM a b", "AS stage"), ("FROM a AS", "AS stage"), ("FROM a AS b c", "AS stage"),
        ("FROM a IS b", "AS stage"), ("FROM a AS 1b", "not a name"), ("FROM a AS b/c", "not a name"),
        ("FROM --platfrom=x a", "did you mean `--platform`?"), ("FROM --platform a", "needs a value"),
        ("RUN", "needs a command"), ("RUN --network=none", "needs a command"), ("RUN []", "array is empty"),
        ("RUN --network=bridge x", "default, none or host"), ("RUN --newtork=none x", "did you mean `--network`?"),
        ("RUN --network=none --network=host x", "twice"), ("CMD [1]", "strings only"),
        ("CMD [\"a\", [\"b\"]]", "strings only"),
        ("CMD", "needs a command"), ("CMD --x y", "no flag `--x`"), ("COPY a", "at least two"),
        ("COPY", "at least two"),
        ("COPY [\"a\"]", "at least two"), ("COPY --chmod=8 a b", "octal"), ("COPY --chmod=77777 a b", "octal"),
        ("COPY --form=x a b", "did you mean `--from`?"), ("COPY --chown a b", "needs a value"),
        ("COPY a[ b", "not closed"),
        ("COPY \"\" b", "nothing"),
        ("COPY \"a b\" c", "cannot be expanded"), ("COPY https://x/y z", "build context only"),
        ("ADD --from=x a b", "no flag `--from`"),
        ("ENV", "at least one"), ("ENV a", "name and a value"), ("ENV a=b c", "has no `=`"), ("ENV =b", "no name"),
        ("LABEL", "at least one"), ("LABEL a", "name and a value"), ("ARG", "at least one"), ("ARG =b", "no name"),
        ("ENV $NONE=b", "expands to nothing"), ("WORKDIR", "needs an argument"), ("USER", "needs an argument"),
        ("EXPOSE", "at least one"), ("EXPOSE x", "not a port"), ("EXPOSE 80/icmp", "tcp, udp or sctp"),
        ("EXPOSE 70000", "not a port"),
        ("EXPOSE 90-80", "not a port"), ("EXPOSE +80", "not a port"), ("VOLUME", "at least one"),
        ("VOLUME [\"\"]", "empty"),
        ("VOLUME $NONE", "expands to nothing"), ("STOPSIGNAL", "needs an argument"),
        ("STOPSIGNAL SIGX", "not a signal"),
        ("STOPSIGNAL 0", "not a signal"), ("SHELL bash", "JSON form"), ("SHELL []", "JSON form"),
        ("HEALTHCHECK", "NONE"),
        ("HEALTHCHECK NONE x", "no arguments"), ("HEALTHCHECK CMD", "needs a command"),
        ("HEALTHCHECK CMD []", "needs a command"),
        ("HEALTHCHECK --interval=1x CMD a", "duration"), ("HEALTHCHECK --timeout=1us CMD a", "duration"),
        ("HEALTHCHECK --retries=-1 CMD a", "attempts"), ("HEALTHCHECK --interval=1s --interval=1s CMD a", "twice"),
        ("HEALTHCHECK curl", "NONE"), ("RUN --mount=type=secret x", "needs `id="),
        ("RUN --mount=type=nfs,id=x x", "not a type"),
        ("RUN --mount=type=secret,id=x,mode=9 x", "octal"), ("RUN --mount=type=secret,id=x,from=y x", "`from`"),
        ("RUN --mount=type=secret,id=x,required=maybe x", "neither"), ("RUN --mount=type=secret,id x", "needs a value"),
        ("RUN --mount=type=secret,id=x,source=y x", "keep `id`"),
    ])
    func syntaxErrorsNameTheirLine(text: String, message: String) throws {
        let error = try #require(failure("# comment\nFROM scratch\n\n\(text)\nRUN true\n"), "\(text)")
        #expect(error.code == .syntax)
        #expect(error.file == "Dockerfile")
        #expect(error.line == 4)
        #expect(error.text == text)
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.description.hasPrefix("Dockerfile:4: \(error.message)\n  4 | \(text)"))
    }

    @Test(arguments: [
        ("RUN --device=x x", "RUN --device"), ("RUN --mount=from=$X,target=/x x", "`from` takes no variables"),
        ("COPY --from=$X a b", "`--from` takes no variables"),
    ])
    func whatIsNotSupportedNamesItsLine(text: String, message: String) throws {
        let file = "FROM scratch AS first\n\(text)\n"
        let error = try #require(failure(file), "\(text)")
        #expect(error.code == .unsupported)
        #expect(error.line == 2)
        #expect(error.text == text)
        #expect(error.message.contains(message), "\(error.message)")
        #expect(failure("\(file)FROM scratch\n")?.code == .unsupported)
    }

    @Test func errorsPointToTheFirstLineOfAnInstruction() throws {
        let error = try #require(failure("FROM scratch\nRUN a \\\n  b\nENV a=1 \\\n  # comment\n  b\nRUN c"))
        #expect(error.line == 4)
        #expect(error.text == "ENV a=1 \\")
    }

    @Test func onlyArgumentsMayStandInFront() throws {
        let error = try #require(failure("ARG a\nENV b=1\nFROM scratch"))
        #expect(error.code == .syntax)
        #expect(error.line == 2)
        #expect(error.message.contains("above the first FROM"))
    }

    @Test(arguments: [
        ("ADD --checksum=sha256:0 https://x/y z", "64 hexadecimal"), ("ADD --checksum=x a b", "neither"),
        ("ADD --checksum=sha256:0 https://x/y https://x/z /a/", "one source"), ("COPY --checksum=x a b", "no flag"),
        ("COPY git@github.com:a/b.git /", "use ADD"), ("COPY https://a/b.git /", "use ADD"),
        ("ADD https://a/b.git?color=red /", "`color`"), ("ADD https://a/b.git?ref=a#b /", "both"),
        ("ADD --checksum=abc https://a/b.git /", "hash of a commit"), ("ADD https://a/b.git?submodules=x /", "neither"),
        ("ADD --keep-git-dir=false https://a/b.git?keep-git-dir /", "leave one out"),
        ("ADD --keep-git-dir=maybe a b", "`true` or `false`"), ("ADD --parents a b", "no flag"),
        ("COPY --exclude=a[ a b", "not a valid pattern"), ("COPY --exclude=! a b", "needs a pattern"),
        ("COPY --parents a[ b", "not a valid"),
        ("COPY --link=x a b", "`true` or `false`"),
        ("COPY --chmod=u a b", "as chmod does"), ("COPY --chmod=u+y a b", "as chmod does"),
        ("COPY --chmod=u+x, a b", "as chmod does"), ("COPY --chmod=+755 a b", "as chmod does"),
    ])
    func flagsOfCopiesAreChecked(text: String, message: String) throws {
        let error = try #require(failure("FROM scratch\n\(text)"), "\(text)")
        #expect(error.code == .syntax)
        #expect(error.line == 2)
        #expect(error.message.contains(message), "\(error.message)")
    }
}
