import ArgumentParser
internal import FoundationEssentials

/// `larder-bench e2e summary`.
struct EndToEndSummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Print medians of results as tables, of several runs together if there are several files.")

    @Argument(help: ArgumentHelp("What larder-bench e2e run wrote.", valueName: "FILE.csv"), completion: .file())
    var files: [String]

    func run() throws {
        let rows = try files.flatMap { path in
            do {
                return try Row.list(parsing: try String(contentsOfFile: path, encoding: .utf8))
            } catch {
                throw EndToEndError("\(path): \(error)")
            }
        }
        print(Summary(of: rows).markdown, terminator: "")
    }
}
