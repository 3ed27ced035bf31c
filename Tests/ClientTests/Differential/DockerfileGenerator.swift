import TestSupport

/// Makes up Dockerfiles of one or several stages, with a context: instructions in any order, of which some copy, change, hide
/// or remove what others have made.
struct DockerfileGenerator {
    private var random: SeededGenerator
    private var context: [String] = []
    private var lines: [String] = []
    private var stages: [String] = []
    private var files: [String] = []

    /// The case of a seed.
    static func make(seed: UInt64) -> DifferentialCase {
        var generator = DockerfileGenerator(random: SeededGenerator(seed: seed))
        generator.makeContext()
        let count = Int.random(in: 1...3, using: &generator.random)
        for number in 0..<count { generator.makeStage(number) }
        var example = DifferentialCase(title: "seed \(seed)")
        example.mayFail = true
        example.context = generator.context.joined(separator: "\n") + "\n"
        example.dockerfile = generator.lines.joined(separator: "\n") + "\n"
        return example
    }

    private init(random: SeededGenerator) {
        self.random = random
    }

    private mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: Context

    private mutating func makeContext() {
        let directories = ["src", "src/lib", "data", "data/deep/er"]
        context.append("mkdir -p \(directories.joined(separator: " "))")
        for number in 0..<number(3...8) {
            let path = "\(pick(directories))/\(pick(["f", "g", "h.txt", "i.py", ".hidden", "with space"]))\(number)"
            files.append(path)
            context.append("printf 'content %s' \(self.number(0...99)) > '\(path)'")
            if self.number(0...2) == 0 { context.append("chmod \(pick(["600", "755", "4755", "444"])) '\(path)'") }
        }
        if number(0...1) == 0 { context.append("ln -s \(pick(["lib", "../data", "nowhere", "/etc/passwd"])) src/link") }
        if number(0...2) == 0 { context.append("mkdir -m 700 data/private") }
        if number(0...2) == 0 {
            let rules = pick(["'*.py'", "'data' '!data/deep'", "'**/*.txt' '# x'", "'src/lib'"])
            context.append("printf '%s\\n' \(rules) > .dockerignore")
        }
    }

    // MARK: Stages

    private mutating func makeStage(_ number: Int) {
        let from = stages.isEmpty || self.number(0...2) > 0 ? "@BASE@" : pick(stages)
        lines.append("FROM \(from) AS s\(number)")
        for _ in 0..<self.number(2...7) { lines.append(instruction()) }
        // So that there is something to copy from it.
        lines.append("USER root")
        let digit = self.number(0...9)
        lines.append("RUN mkdir -p /out/sub && echo \(digit) >/out/sub/x && ln -s sub/x /out/y && echo z >/out/z")
        stages.append("s\(number)")
    }

    private mutating func instruction() -> String {
        switch number(0...13) {
        case 0...3: return copy()
        case 4 where !stages.isEmpty, 5 where !stages.isEmpty: return copyFromStage()
        case 4...7: return run()
        case 8: return "ENV \(pick(["A", "B", "PATH_X"]))=\(pick(["1", "\"two words\"", "$A-x", "${B:-none}"]))"
        case 9: return "WORKDIR \(pick(["/work", "rel", "/work/a/b", "/tmp", "$A/x"]))"
        case 10: return "USER \(pick(["app", "root", "1234:5678", "1000"]))"
        case 11: return "LABEL \(pick(["a", "b.c"]))=\(pick(["1", "'x y'", "\"$A\""]))"
        case 12: return pick(["EXPOSE 80 443/udp", "VOLUME /vol", "STOPSIGNAL 9", "SHELL [\"/bin/sh\", \"-ec\"]"])
        default: return pick(["CMD [\"a\", \"b\"]", "ENTRYPOINT run $A", "CMD echo $B", "HEALTHCHECK NONE", "ARG X=1"])
        }
    }

    private mutating func copy() -> String {
        let name = pick(["COPY", "COPY", "COPY", "ADD"])
        var flags = ""
        // Beside it nobody has a name: BuildKit fails.
        let isLinked = number(0...4) == 0
        let owners = isLinked ? ["77:88", "0"] : ["app", "app:app", "77:88", "0"]
        if number(0...3) == 0 { flags += " --chown=\(pick(owners))" }
        if number(0...3) == 0 { flags += " --chmod=\(pick(["640", "0755", "777"]))" }
        if isLinked { flags += " --link" }
        let file = pick(files)
        return switch number(0...5) {
        case 0: "\(name)\(flags) src /app/"
        case 1: "\(name)\(flags) src/lib data /app/both/"
        case 2: "\(name)\(flags) [\"\(file)\", \"/app/one\"]"
        case 3: "\(name)\(flags) [\"\(file)\", \"./\"]"
        case 4: "\(name)\(flags) src/* /app/wild/"
        default: "\(name)\(flags) . /all"
        }
    }

    private mutating func copyFromStage() -> String {
        let flags = number(0...3) == 0 ? " --chown=app" : ""
        let what = pick(["/out /copied", "/out/. .", "/out/* /star/", "/out/y /file", "/out/sub/x /out/z /two/"])
        return "COPY --from=\(pick(stages))\(flags) \(what)"
    }

    private mutating func run() -> String {
        switch number(0...8) {
        case 0: "RUN mkdir -p /made/\(pick(["a", "b"])) && echo \(number(0...99)) >/made/f && chmod 600 /made/f"
        case 1: "RUN rm -rf /app /made || true"
        case 2: "RUN mkdir -p /app && rm -rf /app/* && echo new >/app/new"
        case 3: "RUN ln -s /etc /elink\(number(0...999))"
        case 4: "RUN [\"sh\", \"-c\", \"mkdir -p /made; echo a >>/made/log\"]"
        case 5: "RUN mkdir -p /made && echo same >/made/one && cp /made/one /made/two; chown 12:34 /made/two"
        case 6: "RUN env | grep -v -e HOSTNAME -e HOME -e PWD -e SHLVL | sort 2>/dev/null >/tmp/env || true"
        case 7: "RUN chmod 1777 /tmp; id >/tmp/id; pwd >/tmp/pwd"
        default: "RUN mkdir -p /deep/er && rm -rf /deep && mkdir /deep && echo x >/deep/file"
        }
    }
}
