import Build
import Chunking
import FoundationEssentials
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// ADD of what is elsewhere: URLs and Git repositories.
@Suite struct RemoteAddTests {
    private static let date = ["last-modified": "Sun, 06 Nov 1994 08:49:37 GMT"]

    @Test func urlsAreKnownByTheirContent() async throws {
        try await BuildLab.run { lab in
            try await FileHost.run([
                "/a/tool": .init(bytes: Array("tool".utf8), headers: Self.date),
                "/moved": .init(bytes: [], headers: ["location": "/a/tool"], status: 302),
            ]) { host in
                let context = try lab.context([
                    "Dockerfile": "FROM scratch\nADD \(host.url)/a/tool /bin/\nADD --chmod=755 \(host.url)/moved /x\n"
                ])
                let first = try await lab.build(context, runner: "a")
                #expect(first.outcome.error == nil)
                let files = try await lab.files(of: first)
                #expect(files["/bin/tool"]?.text == "tool")
                #expect(files["/bin/tool"]?.entry.mode == 0o600)
                #expect(files["/bin/tool"]?.entry.mtimeSeconds == 784_111_777)
                #expect(files["/x"]?.entry.mode == 0o755)
                #expect(try await lab.build(context, runner: "b").verdicts == [.hit, .hit])
                host.pages.withLock { $0["/a/tool"]?.bytes = Array("loot".utf8) }
                let changed = try await lab.build(context, runner: "c")
                #expect(changed.verdicts == [.run, .run])
                #expect(try await lab.files(of: changed)["/x"]?.text == "loot")
                #expect(try Self.leftovers(lab, ["a", "b", "c"]) == [])
            }
        }
    }

    /// With a checksum nothing is fetched when the step is known.
    @Test func checksumsSaveTheDownload() async throws {
        try await BuildLab.run { lab in
            let bytes = Array("content".utf8)
            let digest = Digest(hashing: bytes)
            try await FileHost.run(["/f": .init(bytes: bytes)]) { host in
                let text = "FROM scratch\nADD --checksum=\(digest) \(host.url)/f /f\n"
                let context = try lab.context(["Dockerfile": text])
                let first = try await lab.build(context, runner: "a")
                #expect(first.outcome.error == nil)
                #expect(try await lab.files(of: first)["/f"]?.text == "content")
                #expect(try await lab.build(context, runner: "b").verdicts == [.hit])
                #expect(host.requests.withLock { $0 } == ["/f"])
                // Without the checksum it is the same file.
                try lab.context(["Dockerfile": text.replacing("--checksum=\(digest) ", with: "")])
                #expect(try await lab.build(context, runner: "b").verdicts == [.hit])
                let other = Digest(hashing: [1])
                try lab.context(["Dockerfile": text.replacing("\(digest)", with: "\(other)")])
                let refused = try await lab.build(context, runner: "b")
                let message = "\(try #require(refused.outcome.error))"
                #expect(message.contains("Dockerfile:2"))
                #expect(message.contains("has the checksum \(digest), not \(other)"), "\(message)")
            }
        }
    }

    /// The secrets that docker's ADD uses, too. They change nothing in keys.
    @Test func secretsLogIn() async throws {
        try await BuildLab.run { lab in
            try await FileHost.run([
                "/token": .init(bytes: [1], login: "Bearer t0ken"), "/header": .init(bytes: [2], login: "Basic eA=="),
            ]) { host in
                let context = try lab.context(["Dockerfile": "FROM scratch\nADD \(host.url)/token /t\n"])
                let refused = try await lab.build(context, runner: "a")
                #expect("\(try #require(refused.outcome.error))".contains("401"))
                let first = try await lab.build(context, runner: "a") { request in
                    request.secrets = ["HTTP_AUTH_TOKEN_127.0.0.1": .value("t0ken\n")]
                }
                #expect(first.verdicts == [.run])
                try lab.context(["Dockerfile": "FROM scratch\nADD \(host.url)/header /t\n"])
                let second = try await lab.build(context, runner: "a") { request in
                    request.secrets = ["HTTP_AUTH_HEADER_127.0.0.1": .value("Basic eA==")]
                }
                #expect(second.outcome.error == nil)
            }
        }
    }

    @Test(.enabled(if: hasGit, "needs git"))
    func secretsLogInToRepositories() async throws {
        try await BuildLab.run { lab in
            let place = lab.directory.appending("repository")
            try await Self.commit("one", tag: "v1", in: place)
            let login = "basic " + Data("x-access-token:t0ken".utf8).base64EncodedString()
            let pages = try Self.pages(of: place).mapValues { page in
                var page = page
                page.login = login
                return page
            }
            try await FileHost.run(pages) { host in
                let context = try lab.context(["Dockerfile": "FROM scratch\nADD \(host.url)/r.git#v1 /r/\n"])
                let refused = try await lab.build(context, runner: "a")
                #expect("\(try #require(refused.outcome.error))".contains("git ls-remote failed"))
                let built = try await lab.build(context, runner: "a") { request in
                    request.secrets = ["GIT_AUTH_TOKEN": .value("t0ken")]
                }
                #expect(built.outcome.error == nil)
                #expect(try await lab.files(of: built)["/r/sub/file"]?.text == "one\n")
            }
        }
    }

    /// Logins in URLs are used, and nobody is told: neither git's arguments have them nor what it says.
    @Test(.enabled(if: hasGit, "needs git"))
    func loginsOfURLsAreUsed() async throws {
        try await BuildLab.run { lab in
            let place = lab.directory.appending("repository")
            try await Self.commit("one", tag: "v1", in: place)
            let login = "Basic " + Data("ann:p@ss".utf8).base64EncodedString()
            var pages = try Self.pages(of: place).mapValues { page in
                var page = page
                page.login = login
                return page
            }
            pages["/file"] = .init(bytes: [7], login: login)
            try await FileHost.run(pages) { host in
                let address = host.url.replacing("://", with: "://ann:p%40ss@")
                let text = "FROM scratch\nADD \(address)/r.git#v1 /r/\nADD \(address)/file /f\n"
                let context = try lab.context(["Dockerfile": text])
                let built = try await lab.build(context, runner: "a")
                #expect(built.outcome.error == nil)
                let files = try await lab.files(of: built)
                #expect(files["/r/sub/file"]?.text == "one\n" && files["/f"]?.bytes == [7])
                #expect(!built.outcome.steps.contains { $0.instruction.contains("p%40ss") })
                #expect(built.outcome.steps.allSatisfy { $0.instruction.contains("://xxxxx@127.0.0.1") })
                // Whoever asks with another login gets the same.
                try lab.context(["Dockerfile": text.replacing("ann:p%40ss@", with: "")])
                let other = try await lab.build(context, runner: "b") { request in
                    let token = Data("ann:p@ss".utf8).base64EncodedString()
                    request.secrets = [
                        "HTTP_AUTH_HEADER_127.0.0.1": .value("Basic \(token)"),
                        "GIT_AUTH_HEADER": .value("Basic \(token)"),
                    ]
                }
                #expect(other.verdicts == [.hit, .hit])
                try lab.context(["Dockerfile": text.replacing("p%40ss", with: "wr0ng")])
                let refused = try await lab.build(context, runner: "c")
                let message = "\(try #require(refused.outcome.error))"
                #expect(message.contains("git ls-remote failed") && !message.contains("wr0ng"), "\(message)")
            }
        }
    }

    @Test func whatIsNotThereIsNamed() async throws {
        try await BuildLab.run { lab in
            try await FileHost.run([:]) { host in
                let context = try lab.context(["Dockerfile": "FROM scratch\n\nADD \(host.url)/none /f\n"])
                let report = try await lab.build(context, runner: "a")
                let message = "\(try #require(report.outcome.error))"
                #expect(message.contains("Dockerfile:3"))
                #expect(message.contains("\(host.url)/none cannot be fetched: the server answers 404"), "\(message)")
            }
        }
    }

    @Test(.enabled(if: hasGit, "needs git"))
    func repositoriesAreKnownByTheirCommit() async throws {
        try await BuildLab.run { lab in
            let place = lab.directory.appending("repository")
            try await Self.commit("one", tag: "v1", in: place)
            try await FileHost.run(try Self.pages(of: place)) { host in
                let text = """
                    FROM scratch
                    ADD \(host.url)/r.git#v1:sub /sub/
                    ADD --keep-git-dir=true \(host.url)/r.git /all/
                    """
                let context = try lab.context(["Dockerfile": text])
                let first = try await lab.build(context, runner: "a")
                #expect(first.outcome.error == nil)
                let files = try await lab.files(of: first)
                #expect(files["/sub/file"]?.text == "one\n")
                #expect(files["/sub/file"]?.entry.mode == 0o644)
                #expect(files["/sub/run"]?.entry.mode == 0o755)
                #expect(files["/all/sub/file"]?.text == "one\n")
                #expect(files["/all/.git/HEAD"] != nil)
                #expect(!files.keys.contains { $0.hasPrefix("/sub/.git") })
                #expect(try await lab.build(context, runner: "b").verdicts == [.hit, .hit])
                try await Self.commit("two", tag: "v2", in: place)
                let pages = try Self.pages(of: place)
                host.pages.withLock { $0 = pages }
                let second = try await lab.build(context, runner: "c")
                #expect(second.verdicts == [.hit, .run])
                #expect(try await lab.files(of: second)["/all/sub/file"]?.text == "two\n")
                try lab.context(["Dockerfile": "FROM scratch\nADD \(host.url)/r.git#none /x\n"])
                let refused = try await lab.build(context, runner: "c")
                #expect("\(try #require(refused.outcome.error))".contains("no branch or tag `none`"))
                #expect(try Self.leftovers(lab, ["a", "b", "c"]) == [])
            }
        }
    }

    static let hasGit = ["/usr/bin/git", "/bin/git"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static func commit(_ text: String, tag: String, in place: FilePath) async throws {
        let script = """
            set -e
            mkdir -p "$1/sub"
            cd "$1"
            [ -d .git ] || git init -q -b main
            echo "$2" >sub/file
            echo run >sub/run
            chmod 755 sub/run
            git add .
            git -c user.name=a -c user.email=a@b commit -q -m "$2"
            git tag "$3"
            git update-server-info
            """
        try await TinyImage.shell(script, place.string, text, tag)
    }

    /// A repository as a server without any program has it.
    static func pages(of place: FilePath) throws -> [String: FileHost.Page] {
        let root = place.appending(".git").string
        var pages: [String: FileHost.Page] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var isDirectory = false
            guard FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory), !isDirectory
            else { continue }
            let bytes = try Data(contentsOf: URL(filePath: "\(root)/\(name)"))
            pages["/r.git/\(name)"] = FileHost.Page(bytes: Array(bytes))
        }
        return pages
    }

    static func leftovers(_ lab: BuildLab, _ runners: [String]) throws -> [String] {
        try runners.flatMap { runner in
            try FileManager.default.contentsOfDirectory(
                atPath: lab.directory.appending("runner-\(runner)").appending("work").string)
        }
    }
}
