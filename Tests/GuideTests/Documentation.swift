import FoundationEssentials
import SystemPackage
import TestSupport

/// All pages of the repository, and what they can name.
struct Documentation {
    /// All Markdown files but results of benchmarks.
    let pages: [Page]
    /// Programs of Larder by name.
    let programs: [String: CommandTree]
    /// Names of variables that something of the repository reads or sets.
    let variables: Set<String>
    /// What can be made.
    let targets: Set<String>
    /// Flags of `larder-bench`, which is built by another package.
    let benchmarkFlags: Set<String>
    /// Those of all programs that pages speak of.
    private let knownFlags: Set<String>

    /// Read once.
    static let all = Task { try await Documentation() }

    /// What looks like a command and is none: how files of the store begin.
    private static let noCommands: Set<[String]> = [["larder", "store", "1"]]

    /// Flags that pages speak of, of instructions in Dockerfiles and of programs that others wrote.
    static let foreignFlags: [String: Set<String>] = [
        "a Dockerfile": [
            "checksum", "chmod", "chown", "exclude", "from", "link", "parents", "security", "mount", "network",
            "platform",
        ],
        "docker": ["host", "context", "squash"], "curl": ["header"], "kaniko": ["registry-certificate"],
        "an earlier version, in CHANGELOG.md": ["token"],
    ]

    private init() async throws {
        let root = GuideFiles.repository.string
        func lines(_ script: String) throws -> [String] {
            String(decoding: try shell("cd '\(root)'; \(script)"), as: UTF8.self).split(separator: "\n").map(
                String.init)
        }
        pages = try lines("find * -name '*.md' -not -path '*/.build/*' -not -path '*/results/*' | sort").map {
            Page(path: $0, try GuideFiles.text(of: GuideFiles.repository.pushing(FilePath($0))))
        }
        programs = ["larder": try await .ask("larder"), "larderd": try await .ask("larderd")]
        let named = try lines(
            "grep -rhoE --exclude='*.md' 'LARDER_[A-Z0-9_]*[A-Z0-9]' Sources Tests deploy Benchmarks Makefile .ci | sort -u"
        )
        variables = Set(named).union(
            (programs["larderd"]?.allFlags ?? []).map { "LARDER_" + $0.uppercased().replacing("-", with: "_") })
        targets = Set(try lines("grep -oE '^[a-z-]+:' Makefile | tr -d :"))
        let words = try lines("grep -rhoE --include='*.swift' 'var [a-zA-Z]+' Benchmarks/Sources | sort -u")
        benchmarkFlags = Set(words.map { Self.hyphenated(String($0.dropFirst(4))) }).union(["help", "o"])
        knownFlags = (Array(Self.foreignFlags.values) + programs.values.map(\.allFlags)).reduce(benchmarkFlags) {
            $0.union($1)
        }
    }

    /// `runSeconds` is the flag `--run-seconds`.
    private static func hyphenated(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
    }

    /// What is wrong with a command; `nil` when nothing is, or when it is of a program that is not known here.
    func mistake(in command: [String]) -> String? {
        if Self.noCommands.contains(command) { return nil }
        let name = command[0].split(separator: "/").last.map(String.init) ?? ""
        switch name {
        case "make":
            let wrong = command.dropFirst().first { !$0.contains("=") && !$0.contains("…") && !targets.contains($0) }
            return wrong.map { "there is nothing to make for '\($0)'" }
        case "larder-bench":
            return flags(in: command).first { !benchmarkFlags.contains($0) }.map { "larder-bench has no --\($0)" }
        case "swift" where command.dropFirst().first == "test":
            guard let flag = command.firstIndex(of: "--filter"), flag + 1 < command.count, command[flag + 1] != "…"
            else { return nil }
            let type = command[flag + 1].prefix { $0 != "." }
            let root = GuideFiles.repository.string
            let isThere = try? shell("cd '\(root)/Tests'; test -d '\(type)' || grep -rqE '(struct|enum) \(type)\\b' .")
            return isThere == nil ? "there are no tests '\(type)'" : nil
        default: return programs[name]?.mistake(in: command.dropFirst())
        }
    }

    /// A flag without its program that no program has; `nil` when all are some program's.
    func strangeFlag(in span: Page.Span) -> String? {
        guard span.text.hasPrefix("-") else { return nil }
        return flags(in: span.text.split(separator: " ").map(String.init)).first { !knownFlags.contains($0) }
    }

    private func flags(in words: [String]) -> [String] {
        words.filter { $0.hasPrefix("--") && !$0.contains("…") }
            .map { String($0.dropFirst(2).prefix { $0.isLetter || $0.isNumber || $0 == "-" }) }
            .filter { !$0.isEmpty }
    }

    /// Names of variables in a text that nothing knows.
    func strangeVariables(in text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init).filter {
            // As in `LARDER_…`, or a name that begins so.
            $0.hasPrefix("LARDER_") && !$0.hasSuffix("_") && !variables.contains($0)
        }
    }

    /// Paths of the repository in a text that lead nowhere.
    func strangePaths(in text: String, of page: Page) -> [String] {
        let folders = ["deploy/", "Sources/", "Tests/", "Benchmarks/", ".ci/"]
        let ends: Set<Character> = [" ", "\"", "'", "(", ")", "`", ",", ";", ":", "\n", "=", "{", "}", "|", "<", ">"]
        return text.split { ends.contains($0) }.map(String.init).filter { word in
            guard folders.contains(where: word.hasPrefix), !word.contains("…"), !word.contains("*"), !word.contains("$")
            else { return false }
            let path = word.hasSuffix(".") ? String(word.dropLast()) : word
            let besides = FilePath(page.path).removingLastComponent()
            return ![GuideFiles.repository, GuideFiles.repository.pushing(besides)].contains {
                FileManager.default.fileExists(atPath: $0.pushing(FilePath(path)).string)
            }
        }
    }
}
