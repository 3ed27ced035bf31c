import Dockerfile
import Testing

@Suite struct CopyFlagTests {
    private func copy(_ text: String, options: Dockerfile.Options = .init()) throws -> CopyOperation {
        try #require(try plan("FROM scratch\n\(text)", options: options).stages.last?.copies.first)
    }

    @Test(arguments: [
        ("+x", 0o644, 0o755), ("u+x", 0o644, 0o744), ("u=rwX,go=rX", 0o600, 0o644), ("u=rwX,go=rX", 0o700, 0o755),
        ("go=", 0o777, 0o700), ("g=u", 0o640, 0o660), ("g+u-w", 0o640, 0o640), ("a-x", 0o755, 0o644),
        ("=r", 0o777, 0o444),
        ("u+s,g+s", 0o755, 0o6755), ("o+s", 0o755, 0o755), ("+t", 0o777, 0o1777), ("o+t", 0o777, 0o777),
        ("ug-w,o=", 0o666, 0o440), ("u=g", 0o740, 0o440), ("-X", 0o755, 0o644), ("0", 0o777, 0), ("07777", 0, 0o7777),
        ("a+X", 0o600, 0o600), ("u+x,g+X", 0o600, 0o700), ("u-s", 0o4755, 0o755), ("=", 0o6755, 0),
    ])
    func modesApply(text: String, before: UInt32, after: UInt32) throws {
        let mode = try #require(try copy("COPY --chmod=\(text) a b").mode)
        #expect(mode.applied(to: before, isDirectory: false) == after)
    }

    @Test func capitalXIsForDirectories() throws {
        let mode = try #require(try copy("COPY --chmod=a=rX a b").mode)
        #expect(mode.applied(to: 0o600, isDirectory: true) == 0o555)
        #expect(mode.applied(to: 0o600, isDirectory: false) == 0o444)
    }

    @Test(
        "Directories on the way to the destination have no set-id or sticky bits, and of letters nothing",
        arguments: [("600", 0o600), ("4711", 0o711), ("1777", 0o755), ("0", 0), ("go-rwx", 0o755), ("g+s,a+t", 0o755)])
    func directoriesInFront(text: String, mode: UInt32) throws {
        #expect(try copy("COPY --chmod=\(text) a b").mode?.ofDirectoriesInFront == mode)
    }

    @Test(arguments: [
        ("COPY --link a b", true), ("COPY a b", false), ("COPY --link=false a b", false),
        ("COPY --link --chown=1:2 a b", true), ("COPY --link --chown=app a b", false),
        ("COPY --link --chmod=755 a b", false), ("ADD --link a b", true),
    ])
    func linkedCopiesDependOnNothing(text: String, isLinked: Bool) throws {
        #expect(try copy(text).isLinked == isLinked)
    }

    @Test(arguments: [
        ("./x/a.txt", "", "x/a.txt"), ("/x/y", "", "x/y"), ("x/./y/*.txt", "x", "y/*.txt"),
        ("./x/./y", "x", "y"), ("src/**/*.c", "", "src/**/*.c"), (".", "", ""), ("a/./b/./c", "a", "b/c"),
        ("a*/./b/", "a*", "b"),
    ])
    func parentsAreKeptBehindThePivot(word: String, root: String, pattern: String) throws {
        #expect(try copy("COPY --parents \(word) /d/").items == [.tree(root: root, pattern: pattern)])
    }

    @Test func excludesAreNotExpanded() throws {
        let operation = try copy("COPY --exclude=*.$X --exclude=b a c")
        #expect(operation.excludes == ["*.$X", "b"])
        #expect(operation.items == [.path("a")])
    }

    @Test func urlsHaveNames() throws {
        let checksum = String(repeating: "0a", count: 32)
        let items = try copy("ARG S=\(checksum)\nADD --checksum=sha256:$S https://a.b/c/d%20e.tar?x=/y#z /f/").items
        guard case .download(let file) = items.first else { throw UnexpectedItem(items: items) }
        #expect(file.url == "https://a.b/c/d%20e.tar?x=/y#z")
        #expect(file.name == "d e.tar")
        #expect(file.checksum == checksum)
        for (url, name) in [("http://a", "__unnamed__"), ("http://a/", "__unnamed__"), ("http://a/b/", "b")] {
            guard case .download(let file) = try copy("ADD \(url) /f").items.first else { continue }
            #expect(file.name == name)
            #expect(file.checksum == nil)
        }
    }

    @Test(arguments: [
        ("https://a.b/c.git", "https://a.b/c.git", "", ""),
        ("https://a.b/c.git#v1", "https://a.b/c.git", "v1", ""),
        ("https://u:p@a.b/c.git#v1:x/../y/", "https://a.b/c.git", "v1", "y"),
        ("git@a.b:c/d.git#:x", "git@a.b:c/d.git", "", "x"), ("git://a/b", "git://a/b", "", ""),
        ("ssh://git@a/b.git#main", "ssh://git@a/b.git", "main", ""),
        ("https://a/b.git?tag=v1&subdir=x", "https://a/b.git", "refs/tags/v1", "x"),
        ("https://a/b.git?branch=b", "https://a/b.git", "refs/heads/b", ""),
    ])
    func repositoriesAreTakenApart(text: String, remote: String, reference: String, directory: String) throws {
        let items = try copy("ADD --keep-git-dir=true \(text) /f/").items
        guard case .repository(let repository) = items.first else { throw UnexpectedItem(items: items) }
        #expect(repository.remote == remote)
        #expect(repository.reference == reference)
        #expect(repository.directory == directory)
        #expect(repository.keepsGitDirectory == true)
        #expect(repository.hasSubmodules)
    }

    @Test(arguments: ["https://a/b.gitx", "github.com/a/b.git", "./git@a:b", "a@b", "user@host/path"])
    func otherWordsAreNoRepositories(word: String) throws {
        if case .repository = try copy("ADD \(word) /f").items.first { Issue.record("\(word) is taken for one") }
    }

    struct UnexpectedItem: Error {
        let items: [CopyOperation.Item]
    }

    @Test func namedContextsStandInForNames() throws {
        var options = Dockerfile.Options()
        options.contexts = [
            "docs": .directory("docs"), "docker.io/library/alpine": .image("mirror/alpine:3"),
            "tools": .image("x/tools"),
        ]
        let text = """
            FROM broken AS tools
            RUN never
            FROM alpine:latest AS a
            FROM tools
            COPY --from=docs /a /b
            COPY --from=Tools /c /d
            COPY --from=alpine /e /f
            """
        let stages = try plan(text, options: options).stages
        #expect(stages.count == 1)
        #expect(stages[0].base == .image("x/tools", platform: nil))
        #expect(stages[0].copies.map(\.source) == [.directory("docs"), .image("x/tools"), .image("mirror/alpine:3")])
        let based = try plan("FROM docs\nRUN x", options: options).stages
        #expect(based[0].base == .scratch && based[0].copies.map(\.source) == [.directory("docs")])
        #expect(based[0].steps.count == 2 && based[0].history.count == 2)
    }
}
