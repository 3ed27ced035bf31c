import FoundationEssentials

/// What BuildKit says of the steps of a build, in its form for programs.
struct BuildProgress: Sendable {
    /// Steps but for `FROM`, as they are in the Dockerfile.
    let steps: Set<String>
    /// Those that were taken from a cache. (What people are shown leaves that out for steps whose layers are then pulled.)
    let cached: Set<String>

    private struct Line: Decodable {
        struct Vertex: Decodable {
            let digest: String
            let name: String?
            let cached: Bool?
        }

        let vertexes: [Vertex]?
    }

    init(_ text: String) throws {
        var names: [String: String] = [:]
        var cached: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("{") {
            for vertex in try JSONDecoder().decode(Line.self, from: Data(line.utf8)).vertexes ?? [] {
                if vertex.cached == true { cached.insert(vertex.digest) }
                guard let step = vertex.name.flatMap(Self.step) else { continue }
                names[vertex.digest] = step
            }
        }
        steps = Set(names.values)
        self.cached = Set(names.filter { cached.contains($0.key) }.values)
    }

    /// The instruction in "[app 2/3] COPY a /a".
    private static func step(_ name: String) -> String? {
        guard name.hasPrefix("["), let end = name.firstIndex(of: "]"), name[..<end].contains("/") else { return nil }
        let step = name[end...].dropFirst(2)
        return step.hasPrefix("FROM ") ? nil : String(step)
    }
}
