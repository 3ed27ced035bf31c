/// What a plain progress display of BuildKit says of the steps of a build.
struct BuildProgress: CustomStringConvertible {
    /// All that was shown.
    let description: String
    /// Steps but for `FROM`, as they are in the Dockerfile.
    let steps: Set<String>
    /// Those that were taken from a cache.
    let cached: Set<String>

    init(_ text: String) {
        description = text
        var names: [Substring: String] = [:]
        var cached: Set<Substring> = []
        for line in text.split(separator: "\n") {
            // "#7 [app 2/3] COPY a /a" and, later, "#7 CACHED"
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].hasPrefix("#") else { continue }
            if words[1] == "CACHED" { cached.insert(words[0]) }
            guard words[1].hasPrefix("["), let end = words[1].firstIndex(of: "]") else { continue }
            let name = words[1][end...].dropFirst(2)
            guard words[1][..<end].contains("/"), !name.hasPrefix("FROM ") else { continue }
            names[words[0]] = String(name)
        }
        steps = Set(names.values)
        self.cached = Set(names.filter { cached.contains($0.key) }.values)
    }
}
