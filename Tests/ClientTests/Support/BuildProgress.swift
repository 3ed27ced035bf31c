import FoundationEssentials

/// What BuildKit says of the steps of a build, in its form for programs.
struct BuildProgress: Sendable {
    /// A step but for `FROM`.
    struct Step: Hashable, Sendable {
        /// The name of its stage; `stage-1` for one without a name.
        let stage: String
        /// As it is in the Dockerfile, expanded; a trigger without `ONBUILD`.
        let instruction: String

        /// The same for the ways in which builders write one instruction: flags in any order, lists with brackets or without.
        var outline: Step {
            let words = instruction.replacing("...", with: "…").filter { !"[],\"".contains($0) }.split(separator: " ")
            return Step(stage: stage, instruction: words.sorted().joined(separator: " "))
        }
    }

    /// All steps, with what became of each: whether it was taken from a cache, and whether it was run. (What people are shown
    /// leaves the first out for steps whose layers are then pulled.) Neither is said of what nothing needed.
    let verdicts: [Step: (isCached: Bool, isRun: Bool)]

    /// The instructions of all steps.
    var steps: Set<String> { Set(verdicts.keys.map(\.instruction)) }
    /// Those of steps that were taken from a cache.
    var cached: Set<String> { Set(verdicts.filter(\.value.isCached).map(\.key.instruction)) }
    /// The steps that were run.
    var run: Set<Step> { Set(verdicts.filter(\.value.isRun).keys) }

    private struct Line: Decodable {
        struct Vertex: Decodable {
            let digest: String
            let name: String?
            let started: String?
            let cached: Bool?
        }

        let vertexes: [Vertex]?
    }

    init(_ text: String) throws {
        var names: [String: Step] = [:]
        var cached: Set<String> = []
        var started: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("{") {
            for vertex in try JSONDecoder().decode(Line.self, from: Data(line.utf8)).vertexes ?? [] {
                if vertex.cached == true { cached.insert(vertex.digest) }
                if vertex.started != nil { started.insert(vertex.digest) }
                guard let step = vertex.name.flatMap(Self.step) else { continue }
                names[vertex.digest] = step
            }
        }
        var verdicts: [Step: (isCached: Bool, isRun: Bool)] = [:]
        for (digest, step) in names {
            let isCached = cached.contains(digest)
            let isRun = started.contains(digest) && !isCached
            let earlier = verdicts[step] ?? (false, false)
            verdicts[step] = (earlier.isCached || isCached, earlier.isRun || isRun)
        }
        self.verdicts = verdicts
    }

    /// The step in "[app 2/3] COPY a /a".
    private static func step(_ name: String) -> Step? {
        guard name.hasPrefix("["), let end = name.firstIndex(of: "]"), name[..<end].contains("/") else { return nil }
        var instruction = name[end...].dropFirst(2)
        if instruction.hasPrefix("ONBUILD ") { instruction = instruction.dropFirst(8) }
        // What begins a stage is no step, nor what lays the result of a linked one on others.
        if instruction.hasPrefix("FROM ") || instruction.hasPrefix("LINK ") { return nil }
        let words = name[..<end].dropFirst().split(separator: " ")
        let stage = words.count > 1 ? words[words.count - 2] : "stage-0"
        return Step(stage: String(stage), instruction: String(instruction))
    }
}
