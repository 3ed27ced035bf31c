import SystemPackage
import Testing

@testable import larder

/// Which command lines of docker larder takes over, and what it makes of them.
@Suite struct DockerBuildTests {
    private func build(_ words: String..., environment: [String: String] = [:]) throws -> DockerBuild {
        try DockerBuild(words, environment: environment)
    }

    private func refusal(_ words: [String], environment: [String: String] = [:]) -> String {
        do {
            _ = try DockerBuild(words, environment: environment)
            return ""
        } catch {
            return error.why
        }
    }

    @Test func allFormsOfFlagsAreRead() throws {
        let build = try build(
            "-qt", "shop/api:1", "--tag=shop/api:2", "-tshop/api:3", "-t=shop/api:4", ".", "-f", "docker/Dockerfile",
            "--build-arg", "A=b=c", "--build-arg=B", "--no-cache", "--pull=false", "--target", "test")
        #expect(build.tags == ["shop/api:1", "shop/api:2", "shop/api:3", "shop/api:4"])
        #expect(
            build.larderArguments == build.tags.map { "--tag=\($0)" } + [
                "--quiet", "--file=docker/Dockerfile", "--build-arg=A=b=c", "--build-arg=B", "--no-cache",
                "--target=test", "--", ".",
            ])
        #expect(build.tellsID && build.staysLocal && !build.pushes && !build.readsInput)
    }

    @Test func lastValueOfASwitchCounts() throws {
        #expect(try build("-t", "a", "--no-cache", "--no-cache=false", ".").arguments == ["--", "."])
        #expect(try build("-t", "a", "--pull=0", "--pull=TRUE", ".").arguments == ["--pull", "--", "."])
    }

    @Test func wordsBehindTwoDashesAreNoFlags() throws {
        #expect(try build("-t", "a", "--", "--odd").arguments == ["--", "--odd"])
    }

    @Test func dockerfileFromStandardInput() throws {
        #expect(try build("-t", "a", "-f", "-", ".").readsInput)
        #expect(try build("-t", "a", "-f-", ".").readsInput)
    }

    @Test func whatChangesNothingIsLeftOut() throws {
        let build = try build(
            "--rm", "--force-rm=true", "--compress", "-m", "2g", "--cpu-shares=2", "-c", "3", "--load", "-D",
            "--provenance=false", "--sbom", "false", "--cache-from", "shop/api:1", "--cache-to=type=inline",
            "--builder", "default", "--disable-content-trust", "--output=type=docker", "-t", "a", ".")
        #expect(build.arguments == ["--", "."])
        #expect(build.staysLocal)
    }

    @Test func checksNeedNoName() throws {
        for words in [["--check", "."], ["--call=check", "."]] {
            let build = try DockerBuild(words, environment: [:])
            #expect(build.checks && build.arguments == ["--", "."])
        }
        #expect(try !build("--check=false", "-t", "a", ".").checks)
        #expect(try !build("--call", "build", "-t", "a", ".").checks)
    }

    @Test func containersAndPlatformsArePassedOn() throws {
        let given = [
            "--platform=linux/amd64,linux/arm64", "--ssh=default", "--add-host=a:1.2.3.4", "--shm-size=1g",
            "--ulimit=nofile=10", "--allow=network.host,security.insecure", "--cgroup-parent=/x",
        ]
        let build = try DockerBuild(given + ["-t", "a", "."], environment: [:])
        #expect(build.arguments == given + ["--", "."])
        let plain = try self.build("--attest", "type=provenance,disabled=true", "-t", "a", ".")
        #expect(plain.arguments == ["--", "."])
    }

    @Test func contextsElsewhereArePassedOn() throws {
        #expect(try build("-t", "a", "https://h/r.git#v1").arguments == ["--", "https://h/r.git#v1"])
        let piped = try build("-t", "a", "-")
        #expect(piped.arguments == ["--", "-"] && piped.readsInput)
    }

    @Test func proxiesOfDockersSettingsAreBuildArguments() throws {
        let text = #"""
            {"auths": {}, "proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "a,b", "httpsProxy": ""},
            "tcp://d:1": {"ftpProxy": "f"}}}
            """#
        let all = ["HTTP_PROXY=http://p:1", "http_proxy=http://p:1", "NO_PROXY=a,b", "no_proxy=a,b"]
        #expect(DockerProxies.arguments(Array(text.utf8), daemon: nil) == all)
        #expect(DockerProxies.arguments(Array(text.utf8), daemon: "unix:///x") == all)
        #expect(DockerProxies.arguments(Array(text.utf8), daemon: "tcp://d:1") == ["FTP_PROXY=f", "ftp_proxy=f"])
        #expect(DockerProxies.arguments(Array("{".utf8), daemon: nil) == [])
        var surroundings = Surroundings.sample(["HOME": "/home/a", "DOCKER_CONFIG": "/c"])
        surroundings.file = { $0 == "/c/config.json" ? Array(text.utf8) : nil }
        var build = try build("--build-arg", "http_proxy=own", "-t", "a", ".")
        build.add(DockerProxies(surroundings))
        #expect(
            build.arguments == [
                "--build-arg=HTTP_PROXY=http://p:1", "--build-arg=NO_PROXY=a,b", "--build-arg=no_proxy=a,b",
                "--build-arg=http_proxy=own", "--", ".",
            ])
    }

    @Test func outputsSayWhereAnImageStays() throws {
        let pushed = try build("--push", "-t", "a", ".")
        #expect(pushed.pushes && !pushed.staysLocal)
        let both = try build("--push", "--load", "-t", "a", ".")
        #expect(both.pushes && both.staysLocal)
        let file = try build("-o", "type=oci,dest=a.tar", ".")
        #expect(file.arguments == ["--output=type=oci,dest=a.tar", "--", "."] && !file.staysLocal)
        #expect(try build("--output", "type=registry", "-t", "a", ".").pushes)
    }

    @Test func defaultPlatformOfDockerCounts() throws {
        let environment = ["DOCKER_DEFAULT_PLATFORM": "linux/arm64"]
        #expect(try build("-t", "a", ".", environment: environment).arguments.first == "--platform=linux/arm64")
        let given = try build("-t", "a", "--platform", "linux/amd64", ".", environment: environment)
        #expect(given.arguments == ["--platform=linux/amd64", "--", "."])
    }

    @Test(arguments: [
        (["-t", "a"], "0 contexts"), (["-t", "a", "--call", "outline", "."], "outline"),
        (["-t", "a", "--attest", "type=sbom", "."], "--attest"),
        (["-t", "a", "--annotation", "a=b", "."], "--annotation"),
        (["-t", "a", ".", "."], "2 contexts"), (["."], "has no name"), (["-t", "a", "--squash", "."], "--squash"),
        (["-t", "a", "--sbom=true", "."], "--sbom"), (["-t", "a", "--provenance", "mode=max", "."], "--provenance"),
        (["-t", "a", "--never-heard-of", "x", "."], "--never-heard-of"), (["-t", "a", "-x", "."], "-x"),
        (["-t"], "-t has no value"), (["-t", "a", "--builder", "remote", "."], "--builder"),
        (["-t", "a", "--pull=maybe", "."], "--pull"), (["--help"], "help"),
        (["-t", "a", "--progress=rawjson", "."], "rawjson"), (["-t", "a", "-o", "out", "."], "--output"),
        (["--push", "."], "without a name"), (["-t", "a", "--allow=network.host,device", "."], "device"),
    ])
    func whatOnlyDockerCanDoSaysWhy(_ words: [String], _ why: String) {
        #expect(refusal(words).contains(why), "\(refusal(words))")
    }

    @Test func variablesThatChooseAnotherBuilderAreHeeded() {
        #expect(refusal(["-t", "a", "."], environment: ["BUILDX_BUILDER": "remote"]).contains("BUILDX_BUILDER"))
        #expect(refusal(["-t", "a", "."], environment: ["BUILDX_BUILDER": "default"]) == "")
        #expect(refusal(["-t", "a", "."], environment: ["DOCKER_CONTENT_TRUST": "1"]).contains("CONTENT_TRUST"))
    }

    @Test func flagsHaveOneNameEach() {
        let names = DockerFlag.all.map(\.name)
        #expect(Set(names).count == names.count)
        let letters = DockerFlag.all.compactMap(\.short)
        #expect(Set(letters).count == letters.count)
    }
}

/// What a command line of docker is about.
@Suite struct DockerInvocationTests {
    @Test(arguments: [
        (["build", "-t", "a", "."], DockerInvocation.Command.build, ["-t", "a", "."]),
        (["image", "build", "."], .build, ["."]), (["buildx", "build", "."], .build, ["."]),
        (["buildx", "b", "."], .build, ["."]), (["builder", "build", "."], .build, ["."]),
        (["--debug", "build", "."], .build, ["."]), (["--log-level", "warn", "build", "."], .build, ["."]),
        (["buildx", "bake"], .anyImage, ["bake"]), (["images", "-q"], .anyImage, ["-q"]),
        (["compose", "up"], .anyImage, ["up"]), (["image", "ls"], .anyImage, []),
        (["tag", "a", "b"], .tag, ["a", "b"]), (["image", "tag", "a", "b"], .tag, ["a", "b"]),
        (["push", "a"], .push, ["a"]), (["rmi", "-f", "a"], .remove, ["-f", "a"]),
        (["image", "rm", "a"], .remove, ["a"]), (["run", "--rm", "build"], .named, ["--rm", "build"]),
        (["image", "inspect", "a"], .named, ["inspect", "a"]), (["--version"], .named, []), ([], .named, []),
    ])
    func commandsAreTold(_ arguments: [String], _ command: DockerInvocation.Command, _ words: [String]) {
        let invocation = DockerInvocation(arguments)
        #expect(invocation.command == command)
        #expect(invocation.words == words)
    }

    @Test func flagsThatChooseADaemonAreTold() {
        for flags in [
            ["-H", "tcp://x:1"], ["--host=tcp://x:1"], ["--context", "x"], ["-c", "x"], ["--config", "/x"],
        ] {
            let invocation = DockerInvocation(flags + ["build", "."])
            #expect(invocation.choosesDaemon)
            #expect(invocation.command == .build)
        }
        #expect(!DockerInvocation(["-D", "build", "."]).choosesDaemon)
    }
}

/// What the stand-in remembers of images.
@Suite struct ShimStateTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    private func image(_ given: String, id: String = "sha256:" + String(repeating: "0123456789ab", count: 6)) throws
        -> ShimImage
    {
        ShimImage(
            name: try #require(DockerName.canonical(given)), given: given, image: "shop/api@\(Self.digest)", id: id,
            server: "http://127.0.0.1:7070", project: "shop")
    }

    @Test func namesAreKnownInAllSpellings() throws {
        var state = ShimState()
        state.add(try image("api"))
        for text in ["api", "api:latest", "docker.io/library/api", "index.docker.io/library/api:latest"] {
            #expect(state.image(text)?.given == "api")
        }
        #expect(state.image("api:1") == nil)
        #expect(state.image("shop/api") == nil)
    }

    @Test func idsAreKnownByTheirBeginning() throws {
        var state = ShimState()
        state.add(try image("shop/api:1"))
        #expect(state.image("0123456789ab") != nil)
        #expect(state.image("sha256:0123456789ab0123") != nil)
        #expect(state.image("0123456789ac") == nil)
        #expect(state.image("0123") == nil)
    }

    @Test func namesInCommandLinesLeadToAllNamesOfAnImage() throws {
        var state = ShimState()
        for name in ["shop/api:1", "shop/api:2"] { state.add(try image(name)) }
        #expect(state.images(in: ["--rm", "shop/api:2", "sh"]).map(\.given) == ["shop/api:1", "shop/api:2"])
        #expect(state.images(in: ["--image=shop/api:1"]).count == 2)
        #expect(state.images(in: ["shop/other:1", "-v", "/a:/b"]).isEmpty)
    }

    @Test func namesMoveFromImageToImage() throws {
        var state = ShimState()
        state.add(try image("shop/api:1"))
        state.add(try image("shop/api:1", id: "sha256:" + String(repeating: "c", count: 64)))
        #expect(state.pending.count == 1)
        state.loaded(state.pending)
        #expect(state.pending.isEmpty && state.local == ["docker.io/shop/api:1"])
        state.add(try image("shop/api:1"))
        #expect(state.local.isEmpty)
        state.gave(["docker.io/shop/api:1"])
        #expect(state.pending.isEmpty && state.local == ["docker.io/shop/api:1"])
    }
}
