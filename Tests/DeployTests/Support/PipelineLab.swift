import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What a pipeline of an example in `deploy` needs: a server with layers, a second one that stands for the registry of
/// releases, each with a token, two images to build, and `trivy` and `kubectl` that only write down what they are asked.
struct PipelineLab: Sendable {
    /// Everything is below it.
    let directory: FilePath
    /// The server that builds.
    let server: ServerProcess
    /// Where releases go.
    let registry: ServerProcess
    /// What lets a job write the scope `main` on ``server``.
    let jobToken: String
    /// The password of ``registry``, for the user `u`.
    let password: String

    static let commit = "0123456789abcdef0123456789abcdef01234567"

    /// Whether Debian's python can read YAML.
    static let readsYAML = (try? shell("/usr/bin/python3 -c 'import yaml' 2>&1")) != nil

    /// What a command said, and how it ended.
    struct Outcome: Sendable {
        let isSuccess: Bool
        let output: String
    }

    /// The repository.
    static let repository = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()

    static func run(_ body: @Sendable (PipelineLab) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try await ServerProcess.run(root: directory.appending("store")) { server in
                try await ServerProcess.run(root: directory.appending("releases")) { registry in
                    let lab = PipelineLab(
                        directory: directory, server: server, registry: registry,
                        jobToken: try token(for: directory.appending("store")),
                        password: try token(for: directory.appending("releases")))
                    try lab.lay()
                    try await body(lab)
                }
            }
        }
    }

    /// A token that may write one scope: `main`, and so any tag, or another, and so tags that carry its name.
    private static func token(for root: FilePath, scope: String = "main") throws -> String {
        let larderd = ServerProcess.executables.appending("larderd")
        let output = try shell(
            """
            '\(larderd)' token create --root '\(root)' --project shop --scope '\(scope)' --allow read,write \
                --name 'ci-\(UInt32.random(in: 0 ... .max))'
            """)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
    }

    /// A token for the jobs of another branch.
    func token(forBranch branch: String) throws -> String {
        try Self.token(for: directory.appending("store"), scope: branch)
    }

    private func lay() throws {
        let larder = ServerProcess.executables.appending("larder")
        _ = try shell(
            """
            cd '\(directory)'
            mkdir -p home programs workspace/api workspace/web
            for name in api web; do
                printf 'FROM scratch\\nCOPY . /app\\n' >workspace/$name/Dockerfile
                echo $name >workspace/$name/file
            done
            printf '#!/bin/sh\\necho "larder $*" >>"%s"\\nexec "%s" "$@"\\n' "$PWD/asked" '\(larder)' >programs/larder
            for name in trivy kubectl; do
                printf '#!/bin/sh\\necho "%s $*" >>"%s"\\n' $name "$PWD/asked" >programs/$name
            done
            chmod +x programs/*
            """)
    }

    /// A copy of the file `example` below `deploy` for these two servers.
    func example(_ example: String) throws -> FilePath {
        let source = Self.repository.appending("deploy").pushing(FilePath(example))
        let text = String(decoding: try Data(contentsOf: URL(filePath: source.string)), as: UTF8.self)
            .replacing("https://larder.example.com", with: server.address)
            .replacing("https://registry.example.com", with: registry.address)
            .replacing("registry.example.com", with: host)
            .replacing("ghcr.io", with: host)
        let copy = directory.appending(source.lastComponent?.string ?? "example")
        try Data(text.utf8).write(to: URL(filePath: copy.string))
        return copy
    }

    /// What images of ``registry`` are named with.
    var host: String { "127.0.0.1:\(registry.port)" }

    var workspace: FilePath { directory.appending("workspace") }

    /// Runs a command with the environment of a job and nothing else.
    func run(_ command: [String], _ variables: [String: String]) async throws -> Outcome {
        var environment = [
            "PATH": "\(directory)/programs:/usr/bin:/bin", "HOME": directory.appending("home").string,
            "LARDER_STATE": directory.appending("state").string,
        ]
        environment.merge(variables) { $1 }
        let pairs = environment.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } }
        let outcome = try await Subprocess.run(
            .name("timeout"), arguments: Arguments(["120"] + command),
            environment: .custom(Dictionary(pairs) { $1 }), output: .string(limit: 4 << 20),
            error: .combinedWithOutput)
        return Outcome(isSuccess: outcome.terminationStatus.isSuccess, output: outcome.standardOutput)
    }

    /// The command lines that programs were started with, in this order.
    var asked: [String] {
        let bytes = (try? Data(contentsOf: URL(filePath: directory.appending("asked").string))) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Whether a secret is in `text`, as it is or as logins have it.
    func betrays(_ text: String) -> Bool {
        let secrets = [jobToken, password, Data("u:\(password)".utf8).base64EncodedString()]
        return secrets.contains { text.contains($0) }
    }

    /// Expects that images were scanned and pushed by their digests, in this order, and deployed as they were pushed.
    func expectDelivery(of names: [String], tag: String) throws {
        for name in names {
            let digest = try #require(try released("shop/\(name)", tag))
            let image = "shop/\(name)@\(digest)"
            let scan = try #require(asked.firstIndex { $0.hasPrefix("trivy image ") && $0.hasSuffix("/\(image)") })
            let push = try #require(asked.firstIndex { $0.hasPrefix("larder push --quiet \(image) ") })
            #expect(scan < push)
            #expect(asked.contains("kubectl set image deployment/\(name) \(name)=\(host)/\(image)"))
        }
    }

    /// The digest of a tag where releases go; `nil` when there is none.
    func released(_ name: String, _ tag: String) throws -> String? {
        let answer = try shell(
            """
            curl --silent --head --user 'u:\(password)' '\(registry.address)/v2/\(name)/manifests/\(tag)' |
                tr -d '\\r' | sed -n 's/^docker-content-digest: //Ip'
            """)
        let digest = String(decoding: answer, as: UTF8.self).filter { !$0.isWhitespace }
        return digest.isEmpty ? nil : digest
    }
}
