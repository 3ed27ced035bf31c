import HitRates

/// A history in few words.
struct Sketch {
    /// An instruction.
    enum Line {
        case run(String)
        /// Files of the context, by their name and version; so many bytes.
        case copy(String, version: Int, bytes: UInt64 = 1000)
        /// A path of another stage.
        case copyFrom(Int, String)
        /// One that only changes configuration.
        case config(String)
    }

    /// A stage: what it begins with, and its instructions.
    struct Stage {
        var base = "debian"
        var from: Int?
        var lines: [Line]
    }

    private(set) var trace = Trace(TraceHeader(source: "sketch", dockerfile: "Dockerfile", platform: "linux/amd64"))

    /// Adds a commit; the last stage is what is built.
    mutating func commit(_ stages: [Stage]) {
        let built = stages.map { stage in
            TraceBuild.Stage(
                base: stage.from.map { .stage($0) } ?? .image(TraceID(hashing: stage.base)),
                lines: stage.lines.map { add($0) })
        }
        trace.builds.append(
            TraceBuild(
                commit: "\(trace.builds.count)", time: Int64(trace.builds.count), stages: built, target: built.count - 1
            ))
    }

    /// Adds a commit with one stage.
    mutating func commit(_ lines: Line...) { commit([Stage(lines: lines)]) }

    private mutating func add(_ line: Line) -> Int {
        var (text, step): (String, TraceStep?)
        switch line {
        case .config(let words): (text, step) = (words, nil)
        case .run(let words):
            text = "RUN \(words)"
            let id = TraceID(hashing: text)
            step = TraceStep(kind: .run, operation: id, parts: ["arguments": id], inputs: [])
        case .copy(let name, let version, let bytes):
            text = "COPY \(name)"
            let key = TraceID(hashing: "\(name) \(version)")
            trace.sets.append(
                TraceFileSet(base: nil, added: [TraceFileSet.Content(id: key, size: bytes)], removed: []))
            let id = TraceID(hashing: text)
            step = TraceStep(
                kind: .copy, operation: id, parts: ["destination": id],
                inputs: [.content(key, set: trace.sets.count - 1)])
        case .copyFrom(let stage, let path):
            text = "COPY --from=\(stage) \(path)"
            let id = TraceID(hashing: text)
            step = TraceStep(
                kind: .copy, operation: id, parts: ["destination": id],
                inputs: [.stage(stage, paths: TraceID(hashing: path))])
        }
        var number: Int?
        if let step {
            trace.steps.append(step)
            number = trace.steps.count - 1
        }
        trace.lines.append(TraceLine(text: TraceID(hashing: text), step: number))
        return trace.lines.count - 1
    }
}

extension Replay {
    /// How many steps a policy executes of a sketch.
    static func executed(
        _ sketch: Sketch, _ policy: PolicyName, _ change: (inout Replay) -> Void = { _ in }
    ) -> Int {
        var replay = Replay(sketch.trace)
        change(&replay)
        let result = replay.run([policy])[0]
        return result.steps - result.hits
    }
}
