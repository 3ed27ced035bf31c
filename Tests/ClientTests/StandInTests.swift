import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// The stand-in for docker, with a docker behind it that only writes down what it is asked.
@Suite struct StandInTests {
    /// Lends a server, a stand-in and a context in the directory `app`.
    private static func run(
        hasDocker: Bool = true, files: [String: String] = ["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"],
        _ body: @Sendable (StandIn, ServerProcess) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let app = directory.appending("app")
            try FileManager.default.createDirectory(atPath: app.string, withIntermediateDirectories: true)
            for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: app.appending(name).string)) }
            try await ServerProcess.run(root: directory.appending("root")) { server in
                let standIn = try await StandIn(
                    in: directory, server: server.address, docker: hasDocker ? StandIn.recorder : nil)
                try await body(standIn, server)
            }
        }
    }

    @Test func buildTagAndPushNeedNoDocker() async throws {
        try await Self.run { standIn, server in
            let name = "127.0.0.1:\(server.port)/shop/api"
            let outcome = try await standIn.run(
                """
                docker build -t shop/api:1 --rm app
                docker tag shop/api:1 \(name):2
                docker push \(name):2
                """)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(outcome.output.hasPrefix("The push refers to repository [\(name)]\n2: digest: sha256:"))
            #expect(standIn.asked == [])
            let digest = try #require(outcome.output.split(separator: " ").first { $0.hasPrefix("sha256:") })
            let found = try shell(
                "curl --silent --fail --head http://127.0.0.1:\(server.port)/v2/shop/api/manifests/2")
            #expect(String(decoding: found, as: UTF8.self).contains(digest))
        }
    }

    /// What `docker build -` and `docker build URL` build, checks, and images of which only one is for this machine.
    @Test func contextsFromStandardInputAndPlatformsAreLarders() async throws {
        try await Self.run { standIn, server in
            let outcome = try await standIn.run(
                """
                tar -c -C app . | docker build -t shop/api:tar -
                printf 'FROM scratch\nWORKDIR /w\n' | docker build -t shop/api:text -
                docker build --check app >&2
                docker build -t shop/api:both --platform linux/amd64,linux/arm64 app
                docker inspect shop/api:both
                """)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(standIn.asked == ["load", "inspect shop/api:both"], "\(standIn.asked) \(outcome.complaint)")
            #expect(standIn.loaded.count == 1)
            for tag in ["tar", "text", "both"] {
                let path = "http://127.0.0.1:\(server.port)/v2/shop/api/manifests/\(tag)"
                _ = try shell("curl --silent --fail --head \(path)")
            }
        }
    }

    @Test func imageIsLoadedOnceWhenItIsNeededUnderAllItsNames() async throws {
        try await Self.run { standIn, _ in
            let outcome = try await standIn.run(
                """
                docker build -t shop/api:1 app
                docker tag shop/api:1 other:2
                docker ps
                docker inspect -f . other:2
                docker run --rm shop/api:1 true
                """)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(outcome.output == "")
            #expect(
                standIn.asked == ["ps", "load", "inspect -f . other:2", "run --rm shop/api:1 true"],
                "\(standIn.asked)")
            #expect(standIn.loaded.count == 1)
            #expect(standIn.loaded[0].contains("shop/api:1") && standIn.loaded[0].contains("other:2"))
        }
    }

    @Test func imagesThatNobodyNeededAreForgottenByTheirRemoval() async throws {
        try await Self.run { standIn, _ in
            let outcome = try await standIn.run(
                "docker build -t shop/api:1 app; docker rmi -f shop/api:1; docker images")
            #expect(outcome.output == "Untagged: shop/api:1\n")
            #expect(standIn.asked == ["images"])
        }
    }

    @Test func whatOnlyDockerCanBuildGoesThere() async throws {
        try await Self.run { standIn, _ in
            let outcome = try await standIn.run(
                "docker build -t shop/base:1 app; docker build -t shop/api:1 --squash app; docker image build app")
            #expect(outcome.status == 0)
            #expect(
                standIn.asked == ["load", "build -t shop/api:1 --squash app", "image build app"], "\(standIn.asked)")
            let lines = outcome.complaint.split(separator: "\n").filter { $0.hasPrefix("larder: ") }
            #expect(lines.count == 3)
            #expect(lines[0] == "larder: larder builds shop/base:1")
            #expect(lines[1].contains("real/docker builds, because of --squash"))
            #expect(lines[2].contains("the image has no name"))
        }
    }

    @Test func dockersOwnImagesAreBuiltOnByDocker() async throws {
        let files = ["Dockerfile": "FROM shop/base:1\nCOPY a /a\n", "a": "a\n"]
        try await Self.run(files: files) { standIn, _ in
            let outcome = try await standIn.run(
                "docker tag something shop/base:1; docker build -t shop/api:1 app")
            #expect(outcome.complaint.contains("shop/base:1 is one of docker's own images"), "\(outcome.complaint)")
            #expect(standIn.asked == ["tag something shop/base:1", "build -t shop/api:1 app"])
        }
    }

    @Test func imagesOfLarderAreBuiltOnByLarder() async throws {
        try await Self.run { standIn, _ in
            let outcome = try await standIn.run(
                """
                docker build -t shop/base:1 app
                printf 'FROM shop/base:1\\nCOPY a /b\\n' | docker build -t shop/api:1 -f - app
                """)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(standIn.asked == [])
        }
    }

    @Test func unsupportedDockerfileFromStandardInputIsHandedOn() async throws {
        try await Self.run { standIn, _ in
            let outcome = try await standIn.run(
                """
                printf '# syntax=example.com/other:1\\nFROM scratch\\nCOPY a /a\\n' | docker build -t shop/api:1 -f - app
                printf 'all of it' | docker cat
                """)
            #expect(standIn.asked == ["build -t shop/api:1 -f - app", "cat"], "\(outcome.complaint)")
            #expect(outcome.output == "all of it")
        }
    }

    @Test func statusesAndStreamsAreDockers() async throws {
        try await Self.run { standIn, _ in
            let echoed = try await standIn.run("echo in | docker cat")
            #expect(echoed.output == "in\n")
            let failed = try await standIn.run("docker fail")
            #expect(failed.status == 3)
        }
    }

    @Test func failedBuildsFailAsDockers() async throws {
        let files = ["Dockerfile": "FROM scratch\nCOPY missing /a\n"]
        try await Self.run(files: files) { standIn, _ in
            let outcome = try await standIn.run("docker build -t shop/api:1 app")
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("missing"))
            #expect(standIn.asked == [])
        }
    }

    @Test func withoutAServerDockerBuilds() async throws {
        try await withTemporaryDirectory { directory in
            let standIn = try await StandIn(in: directory, server: nil)
            let outcome = try await standIn.run("docker build -t shop/api:1 app")
            #expect(standIn.asked == ["build -t shop/api:1 app"])
            #expect(outcome.complaint.contains("no server is given"))
        }
    }

    @Test func unreachableServerLeavesTheImageToDocker() async throws {
        try await withTemporaryDirectory { directory in
            let standIn = try await StandIn(in: directory, server: "http://127.0.0.1:1")
            let outcome = try await standIn.run(
                """
                mkdir app; printf 'FROM scratch\\nCOPY Dockerfile /a\\n' > app/Dockerfile
                docker build -t shop/api:1 app
                docker push shop/api:1
                """)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(standIn.asked == ["load", "push shop/api:1"], "\(standIn.asked)")
        }
    }

    @Test func idsOfContainerdAreLeftToDocker() async throws {
        try await Self.run { standIn, _ in
            let command = "docker build --quiet -t shop/api:1 app"
            let outcome = try await standIn.run(command)
            #expect(outcome.output.hasPrefix("sha256:"), "\(outcome.complaint)")
            #expect(standIn.asked == ["info --format {{json .DriverStatus}}"])
            let id = outcome.output.dropLast()
            #expect(try await standIn.run("docker run \(id)").status == 0)
            #expect(standIn.asked.suffix(2) == ["load", "run \(id)"])
            _ = try await standIn.run(
                "echo '[[\"driver-type\",\"io.containerd.snapshotter.v1\"]]' > driver; \(command)")
            #expect(standIn.asked.last == "build --quiet -t shop/api:1 app")
        }
    }

    @Test func whereThereIsNoDockerItIsSaid() async throws {
        try await Self.run(hasDocker: false) { standIn, _ in
            let path = ["PATH": "\(standIn.directory)/shim"]
            let built = try await standIn.run(
                "docker build -t shop/api:1 app && docker tag shop/api:1 shop/api:2", path)
            #expect(built.status == 0, "\(built.complaint)")
            let outcome = try await standIn.run("docker run shop/api:1", path)
            #expect(outcome.status == 127)
            #expect(outcome.complaint.contains("'docker run shop/api:1' needs docker, and there is none"))
            let refused = try await standIn.run("docker build -t shop/api:1 --squash app", path)
            #expect(refused.status == 1)
            #expect(refused.complaint.contains("--squash"))
        }
    }

    @Test func standInsDoNotCallThemselves() async throws {
        try await Self.run(hasDocker: false) { standIn, _ in
            let path = "\(standIn.directory)/shim"
            let other = try await standIn.run("mkdir other && ln -s ../shim/docker other/docker && echo made")
            #expect(other.output == "made\n")
            for variables in [
                ["PATH": "\(path):\(standIn.directory)/other"],
                ["PATH": "\(path)", "LARDER_DOCKER": "\(path)/docker"],
            ] {
                let outcome = try await standIn.run("docker run shop/api:1", variables)
                #expect(outcome.status == 127)
                #expect(outcome.complaint.contains("LARDER_DOCKER"), "\(outcome.complaint)")
            }
        }
    }

    @Test func linkIsInstalledOnceAndTakenAway() async throws {
        try await withTemporaryDirectory { directory in
            let larder = ServerProcess.executables.appending("larder")
            let script = """
                "$2" shim install "$1/bin" && "$2" shim install "$1/bin" && test -L "$1/bin/docker"
                "$2" shim status "$1/bin" && "$2" shim remove "$1/bin" && test ! -e "$1/bin/docker"
                ! "$2" shim status "$1/bin" && ! "$2" shim remove "$1/bin"
                touch "$1/bin/docker" && ! "$2" shim install "$1/bin" && ! "$2" shim remove "$1/bin" && test -f "$1/bin/docker"
                """
            try await TinyImage.shell("set -e\n" + script, directory.string, larder.string)
        }
    }
}
