import Build
import Chunking
import FoundationEssentials
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// What must not be known is planted wherever a build can be given it, and then looked for wherever builds leave something.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct PlantedSecretTests {
    /// Words that occur nowhere else, by where they are planted.
    private static let planted = [
        "password of a URL": "Xq7vTz2mKp", "parameter of a URL": "Wd5rYb8nHs", "secret by value": "Jc3gUf6aEo",
        "secret by file": "Zi9lRx4tVw", "build argument": "Qm1kBn7yDp", "token": "Hv8sGj5cLu",
        "password of a proxy": "Pt2eNa6wXi", "proxy as a build argument": "Fo4zSy9rMk",
    ]

    private static func word(_ place: String) -> String { planted[place] ?? "" }

    private static func dockerfile(_ host: FileHost) -> String {
        let address = host.url.replacing("://", with: "://ann:\(word("password of a URL"))@")
        return """
            FROM tiny/base:1
            ARG WORD
            ADD \(address)/file /file
            ADD \(host.url)/other?token=\(word("parameter of a URL"))&x=1 /other
            RUN --mount=type=secret,id=value,env=VALUE --mount=type=secret,id=file,target=/word test -n "$VALUE" \\
                && test -s /word && test -n "$WORD" && test -n "$HTTPS_PROXY" && echo fine && echo 1 >/made

            """
    }

    /// Runs `larder` and gives all that it says.
    private static func larder(_ lab: BuildLab, _ arguments: [String]) async throws -> String {
        let flags = [
            "--project", "shop", "--progress", "plain", "--state-dir", lab.directory.appending("state").string,
            "--secret", "id=value,env=SECRET_VALUE", "--secret",
            "id=file,src=\(lab.directory.appending("secret-file"))", "--build-arg", "WORD", "--build-arg",
            "HTTPS_PROXY=http://bob:\(word("proxy as a build argument"))@127.0.0.1:1",
        ]
        let result = try await Subprocess.run(
            .path(ServerProcess.executables.appending("larder")), arguments: Arguments(arguments + flags),
            environment: .inherit.updating([
                "LARDER_SERVER": "http://127.0.0.1:\(lab.port)", "LARDER_TOKEN": word("token"),
                "SECRET_VALUE": word("secret by value"), "WORD": word("build argument"),
                "HTTPS_PROXY": "http://bob:\(word("password of a proxy"))@127.0.0.1:1", "NO_PROXY": "127.0.0.1",
            ]), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return result.standardOutput + result.standardError
    }

    /// The places whose words are in `text`.
    private static func found(in text: String) -> [String] {
        planted.filter { text.contains($0.value) }.map(\.key).sorted()
    }

    /// The files below `directory` that have a word.
    private static func leaks(below directory: FilePath) async throws -> [String] {
        var leaks: [String] = []
        for (place, word) in planted {
            let result = try await Subprocess.run(
                .name("grep"), arguments: ["-rlaF", word, directory.string], output: .string(limit: 1 << 20))
            leaks += result.standardOutput.split(separator: "\n").map { "\(place): \($0)" }
        }
        return leaks.sorted()
    }

    private static func lab(_ body: @Sendable (BuildLab, FileHost) async throws -> Void) async throws {
        let login = "Basic " + Data("ann:\(word("password of a URL"))".utf8).base64EncodedString()
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try plantFile(lab)
            try await FileHost.run(["/file": .init(bytes: [1], login: login), "/other": .init(bytes: [2])]) { host in
                try await body(lab, host)
            }
        }
    }

    private static func plantFile(_ lab: BuildLab) throws {
        let file = lab.directory.appending("secret-file")
        try Data("\(word("secret by file"))\n".utf8).write(to: URL(filePath: file.string))
    }

    @Test func nothingThatABuildLeavesHasThem() async throws {
        try await Self.lab { lab, host in
            let text = Self.dockerfile(host)
            let context = try lab.context(["Dockerfile": text]).string
            let metadata = lab.directory.appending("metadata.json")
            // Without a name: the history of an image has the values of build arguments, as docker's has.
            let built = try await Self.larder(lab, ["build", "--metadata-file", metadata.string, context])
            #expect(built.contains("fine") && built.contains("3 steps: 0 hit, 3 run"), "\(built)")
            #expect(Self.found(in: built) == [])
            let report = String(decoding: try Data(contentsOf: URL(filePath: metadata.string)), as: UTF8.self)
            #expect(report.contains("token=xxxxx&x=1") && Self.found(in: report) == [], "\(report)")

            // Explanations compare with records; a failure says what was to be done.
            try lab.context(["Dockerfile": text.replacing("echo 1", with: "echo 2").replacing("&x=1", with: "&x=2")])
            host.pages.withLock { $0["/other"]?.bytes = [3] }
            for command in ["plan", "explain"] {
                let said = try await Self.larder(lab, [command, context])
                #expect(said.contains("3 steps, 1 hit"), "\(said)")
                #expect(Self.found(in: said) == [])
                if command == "explain" { #expect(said.contains("\(host.url)/other changed"), "\(said)") }
            }
            try lab.context(["Dockerfile": text.replacing("/file /file", with: "/none /file")])
            let failed = try await Self.larder(lab, ["build", context])
            #expect(failed.contains("cannot be fetched"), "\(failed)")
            #expect(Self.found(in: failed) == [])

            #expect(try await Self.leaks(below: lab.directory.appending("state")) == [])
            #expect(try await Self.leaks(below: lab.directory.appending("root")) == [])
        }
    }

    /// The search finds what is there: an image with a name has the argument in its history, and nothing else.
    @Test func historyHasBuildArgumentsAlone() async throws {
        try await Self.lab { lab, host in
            let context = try lab.context(["Dockerfile": Self.dockerfile(host)]).string
            let built = try await Self.larder(lab, ["build", "-t", "shop/api:1", context])
            #expect(built.contains("3 steps: 0 hit, 3 run"), "\(built)")
            let leaks = try await Self.leaks(below: lab.directory.appending("root"))
            #expect(leaks.count > 0)
            #expect(leaks.allSatisfy { $0.hasPrefix("build argument: ") }, "\(leaks)")
        }
    }

    @Test(arguments: [
        ["build", "https://ann:Xq7vTz2mKp@127.0.0.1:1/x.tar.gz"],
        ["build", "https://ann:Xq7vTz2mKp@127.0.0.1:1/x.git"],
        ["build", "--build-context", "x=ftp://ann:Xq7vTz2mKp@127.0.0.1/x", "."],
        ["build", "ftp://ann:Xq7vTz2mKp@127.0.0.1/x"], ["build", "--server", "http://ann:Xq7vTz2mKp@127.0.0.1:1", "."],
    ])
    func errorsOfTheCommandLineHaveThemNot(arguments: [String]) async throws {
        try await BuildLab.run { lab in
            try Self.plantFile(lab)
            let said = try await Self.larder(lab, arguments)
            #expect(said.contains("xxxxx@") || said.contains("127.0.0.1:1/x"), "\(said)")
            #expect(Self.found(in: said) == [], "\(said)")
        }
    }
}
