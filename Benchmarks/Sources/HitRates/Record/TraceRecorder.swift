public import Build
internal import CacheAPI
internal import Chunking

/// Makes a trace of the outlines of builds: everything that builds share is there once.
public struct TraceRecorder: Sendable {
    /// What was recorded so far.
    public private(set) var trace: Trace
    private let costs: [CostRule]
    private var steps: [TraceStep: Int] = [:]
    private var lines: [TraceLine: Int] = [:]
    /// The sets by the place of the instruction, with the contents of the last one, which the next one is told by.
    private var lastSets: [Place: (set: Int, contents: [TraceID: UInt64])] = [:]
    private var unresolved: Set<String> = []

    private struct Place: Hashable {
        let stage: String
        let ordinal: Int
        let input: Int
    }

    /// Begins a trace.
    /// - Parameter costs: what steps cost; the first rule that fits counts.
    public init(_ header: TraceHeader, costs: [CostRule] = []) {
        trace = Trace(header)
        self.costs = costs
    }

    /// Adds the build of a commit.
    public mutating func add(_ outline: BuildOutline, commit: String, time: Int64) {
        var stages: [TraceBuild.Stage] = []
        for stage in outline.stages {
            var ordinal = 0
            let lines = stage.lines.map { line in
                defer { ordinal += 1 }
                let step = line.step.map { step in
                    add(outline.steps[step], text: line.text, Place(stage: stage.name, ordinal: ordinal, input: 0))
                }
                return intern(TraceLine(text: TraceID(hashing: line.text), step: step))
            }
            let base: TraceBuild.Base =
                switch stage.base {
                case .scratch: .scratch
                case .image(_, let key): .image(TraceID(key))
                case .stage(let other): .stage(other)
                }
            stages.append(TraceBuild.Stage(base: base, lines: lines))
        }
        unresolved.formUnion(outline.unresolved)
        trace.builds.append(TraceBuild(commit: commit, time: time, stages: stages, target: outline.target))
    }

    /// Adds a commit that cannot be built.
    public mutating func add(failure: String, commit: String, time: Int64) {
        trace.builds.append(TraceBuild(commit: commit, time: time, stages: [], target: 0, failure: failure))
    }

    /// Ends the trace: says what counts by its name only.
    public mutating func finish() {
        guard !unresolved.isEmpty else { return }
        trace.header.notes.append(
            "\(unresolved.count) base \(unresolved.count == 1 ? "image counts" : "images count") by name: "
                + "a base that moved under its tag is not seen, nor are its ENV and ONBUILD")
    }

    private mutating func add(_ step: BuildOutline.Step, text: String, _ place: Place) -> Int {
        let inputs = step.inputs.enumerated().map { position, input -> TraceStep.Input in
            switch input {
            case .content(let key, let files):
                let place = Place(stage: place.stage, ordinal: place.ordinal, input: position)
                return .content(TraceID(key), set: add(files, at: place))
            case .paths(let paths, .stage(let stage)): return .stage(stage, paths: Self.id(of: paths))
            case .paths(let paths, .image(let image)): return .image(TraceID(image), paths: Self.id(of: paths))
            }
        }
        let cost = costs.first { text.contains($0.contains) }
        let kind: TraceStep.Kind =
            switch step.kind {
            case "run": .run
            case "workdir": .workdir
            default: .copy
            }
        return intern(
            TraceStep(
                kind: kind, operation: TraceID(step.operation), parts: Self.parts(of: step), inputs: inputs,
                isLinked: step.isLinked, seconds: cost?.seconds, bytes: cost?.bytes))
    }

    private static func id(of paths: [String]) -> TraceID {
        TraceID("paths", paths.map { TraceID(hashing: $0) })
    }

    /// Parts by the first word of their names, since the rest may be names of the source.
    private static func parts(of step: BuildOutline.Step) -> [String: TraceID] {
        var parts: [String: [TraceID]] = [:]
        for component in step.components {
            let name = String(component.name.prefix { $0 != "." })
            parts[name, default: []] += [TraceID(hashing: component.name), TraceID(component.digest)]
        }
        return parts.mapValues { TraceID("part", $0) }
    }

    private mutating func add(_ files: [BuildOutline.File], at place: Place) -> Int {
        var contents: [TraceID: UInt64] = [:]
        for file in files {
            if let content = file.content { contents[TraceID(content)] = file.size }
        }
        let last = lastSets[place]
        if let last, last.contents == contents { return last.set }
        let added = contents.filter { last?.contents[$0.key] == nil }.sorted { $0.key < $1.key }
        let removed = (last?.contents ?? [:]).keys.filter { contents[$0] == nil }.sorted()
        trace.sets.append(
            TraceFileSet(
                base: last?.set, added: added.map { TraceFileSet.Content(id: $0.key, size: $0.value) }, removed: removed
            ))
        lastSets[place] = (trace.sets.count - 1, contents)
        return trace.sets.count - 1
    }

    private mutating func intern(_ step: TraceStep) -> Int {
        if let known = steps[step] { return known }
        trace.steps.append(step)
        steps[step] = trace.steps.count - 1
        return trace.steps.count - 1
    }

    private mutating func intern(_ line: TraceLine) -> Int {
        if let known = lines[line] { return known }
        trace.lines.append(line)
        lines[line] = trace.lines.count - 1
        return trace.lines.count - 1
    }
}
