import FoundationEssentials
import SystemPackage

/// A project that a runner has built, and what was changed before another, empty runner builds it.
///
/// A file of cases begins with a line `=== project NAME`, which has the parts `context` and `dockerfile`; each case that
/// follows begins with `=== TITLE`. A part begins with a line `== PART`:
///
/// | part | what it has |
/// |---|---|
/// | `context` | a bash script that makes the context, in its directory |
/// | `dockerfile` | the Dockerfile; in any part `@BASE@` is an image with a few commands, `@HOST@` the server, `@DIRECTORY@` where the project is |
/// | `change` | a bash script that changes the project, in its directory, between the two builds |
/// | `options` | options of the second build by both tools |
/// | `before` | a bash script that changes the project before the first build |
/// | `first-options` | options of the first build by both tools |
/// | `meanwhile` | a bash script before one more build, by a third runner |
/// | `flags` | options of all builds by Larder alone |
/// | `fails` | nothing: the first build fails |
/// | `stricter` | nothing: Larder runs what BuildKit does not, since the result is not the same |
struct HitRateCase: Sendable, CustomStringConvertible {
    /// What is built.
    struct Project: Sendable {
        var name: String
        var context = ""
        var dockerfile = ""
    }

    var title: String
    var project: Project
    var before = ""
    var firstOptions = ""
    var meanwhile: String?
    var change = ""
    var options = ""
    var flags = ""
    var failsFirst = false
    var isStricter = false

    var description: String { title }

    /// Whether its first build is that of every other such case of its project.
    var sharesFirstBuild: Bool {
        before.isEmpty && firstOptions.isEmpty && meanwhile == nil && flags.isEmpty && !failsFirst
    }

    /// What is wrong with a file of cases.
    struct Malformed: Error {
        let line: String
    }

    /// Reads the cases in `text`.
    static func read(_ text: String) throws -> [HitRateCase] {
        var project: Project?
        var cases: [HitRateCase] = []
        var part = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("=== project ") {
                project = Project(name: String(line.dropFirst(12)))
                part = ""
            } else if line.hasPrefix("=== ") {
                guard let project else { throw Malformed(line: line) }
                cases.append(HitRateCase(title: String(line.dropFirst(4)), project: project))
                part = ""
            } else if line.hasPrefix("== ") {
                part = String(line.dropFirst(3))
                if cases.isEmpty { continue }
                if part == "fails" { cases[cases.count - 1].failsFirst = true }
                if part == "stricter" { cases[cases.count - 1].isStricter = true }
            } else if ["", "fails", "stricter"].contains(part) {
                guard line.isEmpty || project == nil else { throw Malformed(line: line) }
            } else if part == "context" {
                project?.context += line + "\n"
            } else if part == "dockerfile" {
                project?.dockerfile += line + "\n"
            } else if !cases.isEmpty {
                try cases[cases.count - 1].add(line, to: part)
            } else {
                throw Malformed(line: line)
            }
        }
        return cases
    }

    private mutating func add(_ line: String, to part: String) throws {
        switch part {
        case "change": change += line + "\n"
        case "before": before += line + "\n"
        case "meanwhile": meanwhile = (meanwhile ?? "") + line + "\n"
        case "options": options += line + " "
        case "first-options": firstOptions += line + " "
        case "flags": flags += line + " "
        default: throw Malformed(line: part)
        }
    }

    /// All cases in `Cases`, by file and place.
    static let all: [HitRateCase] = {
        let directory = FilePath(#filePath).removingLastComponent().appending("Cases")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.sorted().flatMap { name -> [HitRateCase] in
            guard name.hasSuffix(".cases"),
                let data = try? Data(contentsOf: URL(filePath: directory.appending(name).string))
            else { return [] }
            return (try? read(String(decoding: data, as: UTF8.self))) ?? []
        }
    }()
}
