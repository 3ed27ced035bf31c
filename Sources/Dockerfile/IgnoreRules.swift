/// The patterns of a `.dockerignore`, with the semantics of Docker's builder (moby/patternmatcher as BuildKit walks
/// a context with it): Go's `filepath.Match` with `**`, `!` exceptions, the last match wins, and a pattern that
/// matches a directory takes all below it.
public struct IgnoreRules: Sendable {
    /// Ignores nothing.
    public static let none = IgnoreRules(patterns: [])

    private let patterns: [IgnorePattern]
    private let hasExceptions: Bool

    private init(patterns: [IgnorePattern]) {
        self.patterns = patterns
        hasExceptions = patterns.contains { $0.isException }
    }

    /// Parses the bytes of a `.dockerignore`. `file` is the path for messages.
    /// - Throws: `syntax` for a malformed pattern, with its line.
    public init(parsing bytes: [UInt8], file: String) throws(DockerfileError) {
        var patterns: [IgnorePattern] = []
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
            let text = String(decoding: line, as: UTF8.self).trimmed
            guard !text.isEmpty else { continue }
            let location = LineLocation(file: file, line: number + 1, text: text)
            patterns.append(try Self.pattern(text, at: location))
        }
        self.init(patterns: patterns)
    }

    /// The patterns of a flag such as `--exclude`: as in a file, but that a slash in front stays and matches nothing.
    /// - Throws: `syntax` for a malformed pattern.
    public init(patterns texts: [String], flag: String, file: String, line: Int) throws(DockerfileError) {
        try self.init(patterns: texts, flag: flag, at: LineLocation(file: file, line: line, text: ""))
    }

    init(patterns texts: [String], flag: String, at location: LineLocation) throws(DockerfileError) {
        var patterns: [IgnorePattern] = []
        for text in texts.map(\.trimmed) where !text.isEmpty {
            let isException = text.utf8.first == UInt8(ascii: "!")
            let cleaned = CleanPath.cleaned(isException ? String(scalars: text.scalarRun.dropFirst()) : text)
            guard text != "!" else { throw location.syntax("`--\(flag)=!` needs a pattern behind the `!`.") }
            do {
                patterns.append(try IgnorePattern(cleaned, isException: isException))
            } catch {
                throw location.syntax("`\(text)` is not a valid pattern of `--\(flag)`: \(error.reason).")
            }
        }
        self.init(patterns: patterns)
    }

    private static func pattern(_ text: String, at location: LineLocation) throws(DockerfileError) -> IgnorePattern {
        let isException = text.utf8.first == UInt8(ascii: "!")
        let written = isException ? String(scalars: text.scalarRun.dropFirst().trimmed) : text
        guard !written.isEmpty else {
            throw location.syntax("`!` needs a pattern behind it: what is not to be ignored after all.")
        }
        var cleaned = CleanPath.cleaned(written)
        if cleaned != "/", CleanPath.isAbsolute(cleaned) { cleaned.unicodeScalars.removeFirst() }
        do {
            return try IgnorePattern(cleaned, isException: isException)
        } catch {
            throw location.syntax("`\(text)` is not a valid pattern: \(error.reason).")
        }
    }

    /// Whether the file or directory at `path` (relative to the context, components joined by `/`) is left out.
    /// At most proportional to the patterns times the path's components times its length; for patterns of plain
    /// text, with `*` or `**` in front or behind, far less.
    public func ignores(_ path: String) -> Bool {
        if patterns.isEmpty { return false }
        let bytes = Array(path.utf8)
        // Which patterns matched the directory above. As in BuildKit's walk a pattern that cannot change the verdict
        // is not asked, and then counts as no match for what is below.
        var matched = [Bool](repeating: false, count: patterns.count)
        var isIgnored = false
        for end in bytes.indices where bytes[end] == UInt8(ascii: "/") {
            isIgnored = verdict(on: bytes, count: end, matched: &matched)
            // Nothing can bring back what is below.
            if isIgnored, !hasExceptions { return true }
        }
        isIgnored = verdict(on: bytes, count: bytes.count, matched: &matched)
        return isIgnored
    }

    /// Whether any pattern is an exception (`!`).
    public var hasExceptionPatterns: Bool { hasExceptions }

    /// Whether something below the ignored directory `path` could still be let in by an exception. Says no only
    /// where that is certain.
    public func mayKeepBelow(_ path: String) -> Bool {
        guard hasExceptions else { return false }
        let directory = Array((path + "/").utf8)
        return patterns.contains { $0.isException && $0.mayMatch(below: directory) }
    }

    /// The verdict on the first `count` bytes of `path`; `matched` goes in with the matches of its directory and comes
    /// out with its own.
    private func verdict(on path: [UInt8], count: Int, matched: inout [Bool]) -> Bool {
        var isIgnored = false
        // By index: taking each pattern out would count references for every path.
        for number in patterns.indices {
            let isException = patterns[number].isException
            if !matched[number] {
                guard isException == isIgnored, patterns[number].matches(path, count: count) else { continue }
                matched[number] = true
            }
            isIgnored = !isException
        }
        return isIgnored
    }
}
