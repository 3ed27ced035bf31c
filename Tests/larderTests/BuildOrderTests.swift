import Build
import CacheAPI
import Dockerfile
import OCI
import SystemPackage
import Testing

@testable import larder

@Suite("Flags of larder build")
struct BuildOrderTests {
    @Test("Little needs to be said")
    func defaults() throws {
        let order = try order(["."])
        #expect(order.request.context == ".")
        #expect(order.request.dockerfile == nil)
        #expect(order.request.tags.isEmpty)
        #expect(order.request.options.platform == "linux/amd64")
        #expect(order.request.stateDirectory == "/home/a/.cache/larder")
        #expect(order.request.scope == .main)
        #expect(order.request.writer == "runner-1")
        #expect(order.project == .default)
        #expect(order.server.registryHost == "127.0.0.1:7070")
        #expect(order.token == .found(nil))
        #expect(order.progress == .auto)
    }

    @Test("A context is a directory or an image")
    func buildContexts() throws {
        let request = try order(
            ["--build-context", "Docs=../docs", "--build-context", "alpine=docker-image://mirror/alpine:3", "."]
        ).request
        #expect(request.options.contexts == ["docs": .directory("docs"), "alpine": .image("mirror/alpine:3")])
        #expect(request.contexts == ["docs": "../docs"])
    }

    @Test("docker's flags say what they say to docker")
    func dockerFlags() throws {
        var surroundings = Surroundings.sample()
        surroundings.environment["FROM_HERE"] = "yes"
        let order = try order(
            [
                "-t", "shop/api:1", "--tag=shop/api", "-f", "deploy/Dockerfile", "--build-arg", "A=1=2", "--build-arg",
                "FROM_HERE", "--build-arg", "NOT_SET", "--target", "test", "--label", "a=b", "--label", "c",
                "--no-cache", "--pull", "--platform", "linux/aarch64", "--network", "host", "--progress", "plain",
                "--iidfile", "id", "--metadata-file", "m.json", "src",
            ], in: surroundings)
        let request = order.request
        #expect(request.tags.map(\.description) == ["shop/api:1", "shop/api:latest"])
        #expect(request.dockerfile == "deploy/Dockerfile")
        #expect(request.options.buildArguments == ["A": "1=2", "FROM_HERE": "yes"])
        #expect(request.options.target == "test")
        #expect(request.options.labels.map { "\($0.name)=\($0.value)" } == ["a=b", "c="])
        #expect(request.ignoresCache && request.refreshesImages)
        #expect(request.options.platform == "linux/arm64")
        #expect(request.options.buildPlatform == "linux/amd64")
        #expect(request.container.network == .host)
        #expect(order.progress == .plain)
        #expect(order.imageIDFile == "id")
        #expect(order.metadataFile == "m.json")
        #expect(order.project.description == "shop")
    }

    @Test("Platforms are listed with commas or in several flags, each once")
    func platforms() throws {
        let request = try order([
            "--platform", "linux/amd64,linux/aarch64", "--platform=linux/arm/v7, linux/arm64", ".",
        ]).request
        #expect(request.platforms == ["linux/amd64", "linux/arm64", "linux/arm/v7"])
    }

    @Test("-f - reads the Dockerfile from standard input; -q shows nothing but the image id")
    func shortForms() throws {
        #expect(try order(["-f", "-", "."]).readsDockerfileFromInput)
        let quiet = try order(["-q", "."])
        #expect(quiet.progress == .quiet && quiet.printsImageID)
    }

    @Test("Flags go before the environment, and that before defaults")
    func environment() throws {
        let environment = [
            "LARDER_SERVER": "http://a:1", "LARDER_TOKEN": "t", "LARDER_PROJECT": "p", "LARDER_SCOPE": "s",
            "LARDER_STATE": "/s", "XDG_CACHE_HOME": "/c",
        ]
        let fromThere = try order(["-t", "shop/api", "."], in: .sample(environment))
        #expect(fromThere.server.registryHost == "a:1")
        #expect(fromThere.token == .text("t"))
        #expect(fromThere.project.description == "p")
        #expect(fromThere.request.scope.description == "s")
        #expect(fromThere.request.stateDirectory == "/s")
        var surroundings = Surroundings.sample(environment)
        surroundings.file = { $0 == "/t" ? Array("u\n".utf8) : nil }
        let given = try order(
            [
                "--server", "http://b", "--token-file", "/t", "--project", "q", "--scope", "r", "--state-dir", "x", ".",
            ], in: surroundings)
        #expect(given.server.registryHost == "b")
        #expect(given.token == .file("/t"))
        #expect(given.project.description == "q")
        #expect(given.request.scope.description == "r")
        #expect(given.request.stateDirectory == "x")
        let cache = try order(["."], in: .sample(["LARDER_SERVER": "http://a", "XDG_CACHE_HOME": "/c"]))
        #expect(cache.request.stateDirectory == "/c/larder")
    }

    @Test("Secrets come from files and variables, as docker finds them")
    func secrets() throws {
        let environment = ["LARDER_SERVER": "http://a", "HOME": "/", "TOKEN": "t", "npm": "n"]
        let request = try order(
            [
                "--secret", "id=a,src=/x/y", "--secret", "id=b,env=TOKEN", "--secret", "id=npm", "--secret", "id=c",
                "--secret", "id=d,type=env,src=TOKEN", ".",
            ], in: .sample(environment)
        ).request
        #expect(
            request.secrets == [
                "a": .file("/x/y"), "b": .value("t"), "npm": .value("n"), "c": .file("c"), "d": .value("t"),
            ])
    }

    @Test("Outputs")
    func outputs() throws {
        func outputs(_ arguments: String...) throws -> [ImageOutput] { try order(arguments + ["."]).request.outputs }
        #expect(try outputs("--output", "type=oci,dest=a.tar") == [.file(.oci, "a.tar")])
        #expect(try outputs("-o", "type=docker,dest=-") == [.file(.docker, nil)])
        #expect(try outputs("--output", "type=docker", "--load") == [.load])
        #expect(try outputs("--output", "type=image") == [])
        #expect(try outputs("-t", "a", "--output", "type=image,push=true", "--push") == [.push])
    }

    @Test("The server's own host is left out of names; another is kept, with a word about it")
    func hosts() throws {
        let order = try order(["-t", "127.0.0.1:7070/shop/api:1", "-t", "shop/api:1", "-t", "ghcr.io/a/b", "."])
        #expect(order.request.tags.map(\.description) == ["shop/api:1", "ghcr.io/a/b:latest"])
        #expect(order.warnings.count == 1)
        #expect(order.warnings.first?.contains("127.0.0.1:7070/a/b:latest") == true)
        #expect(order.project.description == "shop")
    }

    @Test("A name for another registry can be pushed, without a word")
    func push() throws {
        for flags in [["--push"], ["--output", "type=registry"], ["--output", "type=image,push=true"]] {
            let order = try order(["-t", "ghcr.io/a/b", "-t", "shop/api", "."] + flags)
            #expect(order.request.outputs == [.push])
            #expect(order.warnings == [])
        }
    }

    @Test func sourceDateEpochComesFromTheFlagElseTheEnvironment() throws {
        var surroundings = Surroundings.sample()
        #expect(try order(["."], in: surroundings).request.epoch == nil)
        surroundings.environment["SOURCE_DATE_EPOCH"] = "1600000000"
        let named = try order(["."], in: surroundings).request
        #expect(named.epoch == 1_600_000_000)
        #expect(named.options.buildArguments["SOURCE_DATE_EPOCH"] == "1600000000")
        #expect(try order(["--build-arg", "SOURCE_DATE_EPOCH=5", "."], in: surroundings).request.epoch == 5)
        #expect(try order(["--build-arg", "SOURCE_DATE_EPOCH=", "."], in: surroundings).request.epoch == nil)
        for text in ["yesterday", "-1", "1.5", "99999999999999"] {
            #expect(refusal(["--build-arg", "SOURCE_DATE_EPOCH=\(text)", "."]).contains("SOURCE_DATE_EPOCH"))
        }
    }

    @Test func timestampsAreRewrittenForAnyOutput() throws {
        let plain = try order(["--output", "type=image,rewrite-timestamp=false", "."])
        #expect(!plain.request.rewritesTimestamps)
        let rewritten = try order(
            ["--output", "type=oci,dest=a.tar,rewrite-timestamp=true", "--build-arg", "SOURCE_DATE_EPOCH=5", "."])
        #expect(rewritten.request.rewritesTimestamps && rewritten.warnings.isEmpty)
        #expect(try order(["--output", "type=image,rewrite-timestamp=true", "."]).warnings.count == 1)
    }

    @Test(
        "What is wrong is told with the flag it is about",
        arguments: [
            (["."], [:], "--server"), (["--server", "localhost:1", "."], [:], "--server"),
            (["-t", "UPPER", "."], nil, "--tag"), (["-t", "a@sha256:0", "."], nil, "--tag"),
            (["--build-arg", "=1", "."], nil, "--build-arg"), (["--label", "", "."], nil, "--label"),
            (["--platform", "linux", "."], nil, "--platform"),
            (["--platform", "linux/amd64,linux/arm64", "-t", "a", "--load", "."], nil, "--platform"),
            (["--platform", "linux/amd64,linux/arm64", "-q", "."], nil, "--tag"),
            (["--platform", "windows/amd64", "."], nil, "--platform"),
            (["--network", "bridge", "."], nil, "--network"),
            (["--build-context", "a", "."], nil, "--build-context"),
            (["--build-context", "a=ftp://x/y", "."], nil, "--build-context"),
            (["--build-context", "a=b", "--build-context", "A=c", "."], nil, "--build-context"),
            (["--secret", "src=a", "."], nil, "--secret"), (["--secret", "id=a,env=NOT_SET", "."], nil, "--secret"),
            (["--secret", "id=a", "--secret", "id=a", "."], nil, "--secret"),
            (["--secret", "id=a,mode=1", "."], nil, "--secret"),
            (["--output", "type=local,dest=x", "."], nil, "--output"), (["--output", "x", "."], nil, "--output"),
            (["--output", "type=oci", "."], nil, "--output"),
            (["--output", "type=oci,dest=a,compression=zstd", "."], nil, "--output"),
            (["-q", "--output", "type=oci,dest=-", "."], nil, "--quiet"), (["--push", "."], nil, "--push"),
            (["--scope", "", "."], nil, "--scope"), (["--project", "A", "."], nil, "--project"),
            (["ftp://example.com/x"], nil, "PATH"), (["https://example.com/x.git?tag=a&ref=b"], nil, "PATH"),
            (["."], ["LARDER_SERVER": "http://a"], "--state-dir"), (["--progress", "loud", "."], nil, "--progress"),
            (["--cache-from", "scope=x", "."], nil, "--cache-from"),
            (["--cache-max-age", "soon", "."], nil, "--cache-max-age"),
            (["--cache-to", "a", "--cache-to", "b", "."], nil, "--cache-to"),
            (["--base-scope", "", "."], nil, "--base-scope"),
        ] as [([String], [String: String]?, String)])
    func refusals(arguments: [String], environment: [String: String]?, flag: String) {
        let message = refusal(arguments, in: environment.map { .sample($0) } ?? .sample())
        #expect(message.contains(flag), "\(arguments): \(message)")
    }
}
