import FoundationEssentials
import SystemPackage

/// What `HitRates.md` says: how many steps each tool runs after a change.
struct HitRateTable: Sendable {
    /// A row.
    struct Row: Hashable, Sendable {
        var steps: Int
        var runByBuildKit: Int
        var runByLarder: Int
    }

    /// By what was changed.
    let rows: [String: Row]

    /// Reads the table of the page.
    static let documented: HitRateTable = {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .removingLastComponent()
        let page = root.appending("Sources/Build/Build.docc/HitRates.md")
        let text = (try? Data(contentsOf: URL(filePath: page.string))).map { String(decoding: $0, as: UTF8.self) }
        return HitRateTable(text ?? "")
    }()

    /// Rows are `| change | steps | run by BuildKit | run by Larder | why |`.
    init(_ text: String) {
        var rows: [String: Row] = [:]
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimming(" ") }
            guard cells.count >= 4, let steps = Int(cells[1]), let theirs = Int(cells[2]), let ours = Int(cells[3])
            else { continue }
            rows[cells[0]] = Row(steps: steps, runByBuildKit: theirs, runByLarder: ours)
        }
        self.rows = rows
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> String {
        var rest = self
        while rest.first == character { rest.removeFirst() }
        while rest.last == character { rest.removeLast() }
        return String(rest)
    }
}
