internal import Chunking
internal import Dockerfile

/// What `--exclude` and the patterns of `--parents` leave of a source directory.
struct CopyFilter: Sendable {
    private let included: IgnoreRules?
    private let excluded: IgnoreRules?

    /// - Parameter pattern: what is taken; `nil` or empty for everything.
    /// - Throws: `invalidInput` for a malformed pattern.
    init(pattern: String?, excludes: [String]) throws(BuildError) {
        do {
            let patterns = [pattern ?? ""].filter { !$0.isEmpty }
            included = patterns.isEmpty ? nil : try IgnoreRules(patterns: patterns, flag: "parents", file: "", line: 0)
            excluded = excludes.isEmpty ? nil : try IgnoreRules(patterns: excludes, flag: "exclude", file: "", line: 0)
        } catch {
            throw BuildError(.invalidInput, error.message, cause: error)
        }
    }

    /// The rows that are copied: the first, which is the source itself, what is taken, and the directories that lead to it.
    /// A source that is no directory is copied as it is.
    /// - Parameters:
    ///   - rows: the source, then what is below it, parents before children.
    ///   - path: of a row, relative to the source.
    func apply<Row>(_ rows: [Row], path: (Row) -> [UInt8]) -> [Row] {
        if included == nil, excluded == nil { return rows }
        var kept: [Row] = []
        var waiting: [(path: [UInt8], row: Row)] = []
        for (position, row) in rows.enumerated() {
            guard position > 0 else {
                kept.append(row)
                continue
            }
            let path = path(row)
            waiting.removeAll { !path.starts(with: $0.path + [UInt8(ascii: "/")]) }
            guard takes(path) else {
                waiting.append((path, row))
                continue
            }
            kept += waiting.map(\.row)
            waiting = []
            kept.append(row)
        }
        return kept
    }

    private func takes(_ path: [UInt8]) -> Bool {
        let text = String(decoding: path, as: UTF8.self)
        // "Ignores" means that it matches.
        return included?.ignores(text) ?? true && !(excluded?.ignores(text) ?? false)
    }
}
