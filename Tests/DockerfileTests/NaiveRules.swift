/// `.dockerignore` once more, as plainly as possible: recursion over characters, every directory above a path asked
/// in turn. Slow on purpose; knows what the patterns of the fuzz test need.
struct NaiveRules {
    private struct Rule {
        let text: [Character]
        let isException: Bool
    }

    private let rules: [Rule]

    init(_ lines: [String]) {
        rules = lines.map { line in
            let isException = line.hasPrefix("!")
            let written = isException ? String(line.dropFirst()) : line
            let cleaned = written.split(separator: "/").joined(separator: "/")
            return Rule(text: Array(cleaned.isEmpty ? "/" : cleaned), isException: isException)
        }
    }

    func ignores(_ path: String) -> Bool {
        var above = [Bool](repeating: false, count: rules.count)
        var isIgnored = false
        let components = path.split(separator: "/")
        for count in 1...components.count {
            let part = Array(components.prefix(count).joined(separator: "/"))
            isIgnored = false
            for (number, rule) in rules.enumerated() {
                if !above[number] {
                    if rule.isException != isIgnored { continue }
                    above[number] = Self.matches(rule.text, part)
                }
                if above[number] { isIgnored = !rule.isException }
            }
        }
        return isIgnored
    }

    private static func matches(_ pattern: [Character], _ path: [Character]) -> Bool {
        // `**` and plain text compares the end, whatever stands in front.
        if pattern.starts(with: "**"), !pattern.dropFirst(2).contains(where: "*?[".contains) {
            let tail = Array(pattern.dropFirst(2))
            return path.suffix(tail.count) == tail[...] || (tail.first == "/" && path == Array(tail.dropFirst()))
        }
        return matches(pattern[...], path[...])
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ path: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if pattern.starts(with: "**") {
            var rest = pattern.dropFirst(2)
            if rest.first == "/" { rest = rest.dropFirst() }
            if rest.isEmpty || matches(rest, path) { return true }
            return path.indices.contains { path[$0] == "/" && matches(rest, path[($0 + 1)...]) }
        }
        if first == "*" {
            if matches(pattern.dropFirst(), path) { return true }
            return !path.isEmpty && path.first != "/" && matches(pattern, path.dropFirst())
        }
        guard let next = path.first else { return false }
        if first == "[", let close = pattern.firstIndex(of: "]") {
            let inside = pattern[(pattern.startIndex + 1)..<close]
            let isNegated = inside.first == "^"
            return inside.contains(next) != isNegated && matches(pattern[(close + 1)...], path.dropFirst())
        }
        return (first == "?" ? next != "/" : first == next) && matches(pattern.dropFirst(), path.dropFirst())
    }
}
