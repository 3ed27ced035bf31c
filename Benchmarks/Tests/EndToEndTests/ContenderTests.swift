import EndToEnd
import Testing

@Suite struct ContenderTests {
    private static let order = BuildOrder(
        application: "shop", server: "198.18.0.2:5000", context: "/d/checkout-1", runner: "/d/runner-1",
        dockerSocket: "/run/d.sock", flags: ["--build-arg", "A=b"],
        programs: BuildOrder.Programs(larder: "/bin/l", peers: "/peers"))

    private func contender(_ name: String) throws -> any Contender {
        try #require(Contenders.all.first { $0.name == name })
    }

    @Test("Every contender builds with the flags that are given, from a base on the server, and leaves the image there")
    func likeWithLike() {
        for contender in Contenders.all {
            let commands = contender.commands(for: Self.order)
            let words = commands.flatMap { $0 }
            #expect(words.contains("A=b"), "\(contender.name)")
            let base = contender.server == .larder ? "BASE=debian:bookworm" : "BASE=198.18.0.2:5000/debian:bookworm"
            #expect(words.contains(base), "\(contender.name): \(words)")
            #expect(words.contains { $0.contains("shop/shop:1") }, "\(contender.name)")
            #expect(commands.count == 2 ? commands[1].contains("push") : true, "\(contender.name)")
            #expect(contender.needsDocker == words.contains("DOCKER_HOST=unix:///run/d.sock"), "\(contender.name)")
        }
        #expect(Set(Contenders.all.map(\.name)).count == Contenders.all.count)
    }

    @Test("Only no-cache has no cache")
    func caches() {
        for contender in Contenders.all where contender.name != "larder" {
            let words = contender.commands(for: Self.order).flatMap { $0 }
            #expect(words.contains("--cache-from") == (contender.name != "no-cache"), "\(contender.name)")
            #expect(words.contains("--no-cache") == (contender.name == "no-cache"), "\(contender.name)")
        }
    }

    @Test("BuildKit's cache is in the image's own repository: layers that both have were pushed twice")
    func cacheBesideTheImage() throws {
        for name in ["best", "default", "best-larder", "default-larder", "plain-larder"] {
            let words = try contender(name).commands(for: Self.order).flatMap { $0 }
            #expect(words.contains("type=registry,ref=198.18.0.2:5000/shop/shop:cache"), "\(name): \(words)")
        }
    }

    @Test("Larder's report says which RUN steps were run, one that failed among them; what nothing needed was not run")
    func larderSteps() throws {
        let report = """
            {"seconds": 3, "error": "it failed", "steps": [
              {"instruction": "RUN a", "verdict": "hit", "seconds": 0, "commandSeconds": 0},
              {"instruction": "RUN b", "verdict": "run", "seconds": 2, "commandSeconds": 1.5},
              {"instruction": "COPY c /", "verdict": "run", "seconds": 1, "commandSeconds": 0},
              {"instruction": "RUN d", "verdict": "failed", "seconds": 0.25, "commandSeconds": 0},
              {"instruction": "RUN e", "verdict": "skipped", "seconds": 0, "commandSeconds": 0}]}
            """
        let larder = try contender("larder")
        #expect(larder.ranSteps(output: "", report: report) == RanSteps(count: 2, seconds: 1.75))
        #expect(larder.ranSteps(output: "", report: nil) == nil)
    }

    @Test("BuildKit's progress says so: the last report of a step counts, cached ones and others than RUN do not")
    func buildKitSteps() throws {
        let output = """
            some warning
            {"vertexes":[{"digest":"a","name":"[stage 1/3] RUN make","started":"2026-11-30T23:59:59.5Z"}]}
            {"statuses":[]}
            {"vertexes":[{"digest":"a","name":"[stage 1/3] RUN make","started":"2026-11-30T23:59:59.5Z","completed":"2026-12-01T00:00:01.75Z"}]}
            {"vertexes":[{"digest":"b","name":"[2/3] RUN true","cached":true,"started":"2026-12-01T00:00:00Z","completed":"2026-12-01T00:00:00Z"}]}
            {"vertexes":[{"digest":"c","name":"[3/3] COPY a b","started":"2026-12-01T00:00:00Z","completed":"2026-12-01T00:00:05Z"}]}
            {"vertexes":[{"digest":"d","name":"[3/3] RUN never ends","started":"2026-12-01T00:00:00Z"}]}
            The push refers to repository
            """
        #expect(try contender("best").ranSteps(output: output, report: nil) == RanSteps(count: 1, seconds: 2.25))
        #expect(BuildKitProgress(rawJSON: output).executedSteps(of: ["COPY"]) == RanSteps(count: 1, seconds: 5))
    }

    @Test("buildah's lines say so")
    func buildahSteps() throws {
        let output = """
            [1/2] STEP 1/3: FROM base AS a
            [1/2] STEP 2/3: RUN one
            --> Cache pulled from remote r:1
            --> Using cache 1
            [1/2] STEP 3/3: RUN two
            prints STEP 9/9: RUN nothing
            --> Pushing cache []:2
            --> 2
            [2/2] STEP 1/2: COPY --from=a /x /x
            --> 3
            [2/2] STEP 2/2: RUN three
            [2/2] COMMIT r/shop:1
            """
        #expect(try contender("buildah").ranSteps(output: output, report: nil) == RanSteps(count: 2, seconds: nil))
        // The last stage waited for the first.
        let mixed = """
            [2/2] STEP 2/2: COPY --from=a /x /x
            [1/2] STEP 2/2: RUN one
            --> 0a1
            --> Using cache 3
            --> 3

            """
        #expect(try contender("buildah").ranSteps(output: mixed, report: nil)?.count == 1)
        #expect(BuildahOutput.executedSteps(in: mixed, of: ["RUN", "COPY"]) == 1)
        #expect(BuildahOutput.executedSteps(in: output, of: ["RUN", "COPY", "WORKDIR"]) == 3)
        let alone = "STEP 1/2: FROM base\nSTEP 2/2: RUN x\n"
        #expect(try contender("buildah").ranSteps(output: alone, report: nil)?.count == 1)
    }
}
