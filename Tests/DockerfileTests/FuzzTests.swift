import Dockerfile
import TestSupport
import Testing

/// Random input: nothing crashes, and the fast matcher agrees with a naive one. A failure names its seed.
@Suite struct FuzzTests {
    private static let sample = """
        # syntax=docker/dockerfile:1.7
        # escape=\\
        ARG VERSION=3.13
        FROM --platform=$BUILDPLATFORM python:${VERSION:-3}-slim AS build
        ARG TARGETARCH VERSION A="b c" D='e'
        ENV PATH=/opt/bin:$PATH NAME="a \\"b\\" $A" X=y\\ z
        ENV old style value
        WORKDIR /src
        COPY --chown=1000:app --chmod=0644 requirements*.txt [a-z]?.py ./
        RUN --mount=type=secret,id=pip,target=/etc/pip.conf --network=default pip install \\
            # a comment
            -r requirements.txt \\

            && echo "$NAME"
        FROM scratch
        COPY --from=build ["/src", "/app/"]
        COPY --from=0 /x /y
        ADD x.tar.gz /
        LABEL a=b "c d"="e f"
        EXPOSE 80/tcp 8000-8010
        VOLUME ["/data"]
        STOPSIGNAL SIGTERM
        SHELL ["/bin/bash", "-c"]
        HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost/ || exit 1
        USER app
        ENTRYPOINT ["python", "-m", "app\\u00e9"]
        CMD serve --port 80
        """

    private static let pieces = [
        "\\", "\n", "\"", "'", "$", "${", "}", "${A:-", "[", "]", ",", "--", "=", " ", "\t", "<<EOF", "#", "\r\n",
        "\u{301}",
        "`", "\u{0}", "FROM ", "ARG ", "COPY --from=", "*", "?", "-", ":", "/", "..", "\u{FEFF}", "# escape=`\n", "é",
    ]

    @Test func mutatedDockerfilesNeverCrash() throws {
        try Fuzzing("dockerfile", [Self.sample], words: Self.pieces).run(inputs: 400) { bytes, _ in
            do {
                let dockerfile = try Dockerfile(parsing: bytes, file: "D")
                var bases: [Dockerfile.ImageRequest: ImageSettings] = [:]
                for request in try dockerfile.requiredImages(options: .init()) { bases[request] = ImageSettings() }
                let plan = try dockerfile.plan(options: .init(), bases: bases)
                try Fuzzing.expect(plan.targets.map(\.stage) == [plan.stages.count - 1])
                try Fuzzing.expect(Self.isOrdered(plan))
                return true
            } catch let error as DockerfileError {
                try Fuzzing.expect(error.line >= 1 && !error.message.isEmpty)
                return false
            }
        }
    }

    /// Each stage and step refers only to what comes before it.
    private static func isOrdered(_ plan: BuildPlan) -> Bool {
        plan.stages.enumerated().allSatisfy { number, stage in
            if case .stage(let base) = stage.base, base >= number { return false }
            let steps = stage.history.compactMap(\.step)
            guard steps == Array(stage.steps.indices) else { return false }
            return stage.copies.allSatisfy { copy in
                if case .stage(let source) = copy.source { return source < number }
                return true
            }
        }
    }

    @Test func ignoreRulesAgreeWithANaiveMatcher() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var ignoredCount = 0
        for _ in 0..<2000 {
            let lines = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Self.pattern(&generator) }
            guard let rules = try? IgnoreRules(parsing: Array(lines.joined(separator: "\n").utf8), file: "i") else {
                continue
            }
            let naive = NaiveRules(lines)
            for _ in 0..<5 {
                let path = Self.path(&generator)
                let expected = naive.ignores(path)
                let isIgnored = rules.ignores(path)
                if isIgnored { ignoredCount += 1 }
                #expect(isIgnored == expected, "seed \(seed): \(lines) on \(path)")
                // A path that is kept below an ignored directory must have been announced.
                let directory = path.split(separator: "/").dropLast().joined(separator: "/")
                if !directory.isEmpty, rules.ignores(directory), !isIgnored {
                    #expect(rules.mayKeepBelow(directory), "seed \(seed): \(lines) on \(path)")
                }
            }
        }
        #expect(ignoredCount > 100, "seed \(seed): hardly any pattern matched")
    }

    private static func pattern(_ generator: inout SeededGenerator) -> String {
        let parts = ["a", "b", "ab", "*", "**", "?", "/", "/", "[ab]", "[^a]", "é", "**/", "/**", "*b", ".b"]
        let text = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
            parts.randomElement(using: &generator) ?? "a"
        }
        return (Int.random(in: 0..<3, using: &generator) == 0 ? "!" : "") + text.joined()
    }

    private static func path(_ generator: inout SeededGenerator) -> String {
        let names = ["a", "b", "ab", "ba", "aab", "é", "x.b", "a.b"]
        return (0..<Int.random(in: 1...4, using: &generator)).map { _ in names.randomElement(using: &generator) ?? "a" }
            .joined(separator: "/")
    }
}
