import FoundationEssentials
import SystemPackage

/// A Dockerfile with its context, to be built by Larder and by Docker.
///
/// A file of cases has any number of them. Each begins with a line `=== TITLE`; then come parts that begin with a line
/// `== PART`:
///
/// | part | what it has |
/// |---|---|
/// | `context` | a bash script that makes the context, in its directory |
/// | `options` | options of both commands; words, which may be quoted with `'` |
/// | `dockerfile` | the Dockerfile; `@BASE@` in any part is an image with a few commands |
/// | `fails` | neither builds it; the place that Larder tells, as in `Dockerfile:3`, if there is one |
/// | `refused` | why Larder does not build what Docker builds, as part of its message |
/// | `differs` | why the results may differ, and in what: lines that begin as those that are not to be compared |
struct DifferentialCase: Sendable, CustomStringConvertible {
    var title: String
    var context = ""
    var options = ""
    var dockerfile = ""
    var mustFail = false
    /// Where Larder says that the mistake is; `nil` when it does not matter.
    var place: String?
    /// What Larder says, when only Docker builds it.
    var refusal: String?
    /// Whether it is as good as the same image when both fail.
    var mayFail = false
    /// What is not compared.
    var exceptions: [String] = []

    var description: String { title }

    init(title: String) {
        self.title = title
    }

    /// What is wrong with a file of cases.
    struct Malformed: Error {
        let line: String
    }

    /// Reads the cases in `text`.
    static func read(_ text: String) throws -> [DifferentialCase] {
        var cases: [DifferentialCase] = []
        var part = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("=== ") {
                cases.append(DifferentialCase(title: String(line.dropFirst(4))))
                part = ""
                continue
            }
            if cases.isEmpty { continue }
            if line.hasPrefix("== ") {
                part = String(line.dropFirst(3))
                if part == "fails" { cases[cases.count - 1].mustFail = true }
                continue
            }
            switch part {
            case "context": cases[cases.count - 1].context += line + "\n"
            case "options": cases[cases.count - 1].options += line + " "
            case "dockerfile": cases[cases.count - 1].dockerfile += line + "\n"
            case "fails" where line.hasPrefix("Dockerfile:"): cases[cases.count - 1].place = line
            case "refused" where !line.isEmpty: cases[cases.count - 1].refusal = line
            case "differs" where !line.isEmpty: cases[cases.count - 1].exceptions.append(line)
            case "fails", "refused", "differs", "": guard line.isEmpty else { throw Malformed(line: line) }
            default: throw Malformed(line: part)
            }
        }
        return cases
    }

    /// All cases in `Cases`, by file and place.
    static let all: [DifferentialCase] = {
        let directory = FilePath(#filePath).removingLastComponent().appending("Cases")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.sorted().flatMap { name -> [DifferentialCase] in
            guard name.hasSuffix(".cases"),
                let data = try? Data(contentsOf: URL(filePath: directory.appending(name).string)),
                let cases = try? read(String(decoding: data, as: UTF8.self))
            else { return [] }
            return cases.map { found in
                var found = found
                found.title = "\(name.dropLast(".cases".count)): \(found.title)"
                return found
            }
        }
    }()
}
