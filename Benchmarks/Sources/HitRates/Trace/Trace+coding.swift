public import FoundationEssentials

extension Trace {
    private struct Row: Codable {
        var set: TraceFileSet?
        var step: TraceStep?
        var line: TraceLine?
        var build: TraceBuild?
    }

    /// The trace as JSON lines.
    /// - Throws: `EncodingError`.
    public func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(header)
        func append(_ row: Row) throws {
            data.append(UInt8(ascii: "\n"))
            data.append(try encoder.encode(row))
        }
        for set in sets { try append(Row(set: set)) }
        for step in steps { try append(Row(step: step)) }
        for line in lines { try append(Row(line: line)) }
        for build in builds { try append(Row(build: build)) }
        data.append(UInt8(ascii: "\n"))
        return data
    }

    /// Reads what ``encoded()`` made.
    /// - Parameter name: the file, for messages.
    /// - Throws: ``HitRatesError`` `invalidInput`, with the row.
    public init(decoding data: Data, named name: String) throws(HitRatesError) {
        let decoder = JSONDecoder()
        let rows = data.split(separator: UInt8(ascii: "\n"))
        guard let first = rows.first, let header = try? decoder.decode(TraceHeader.self, from: first) else {
            throw HitRatesError(.invalidInput, "\(name) is not a trace: record one with larder-bench hitrate record.")
        }
        guard header.trace == TraceHeader.version else {
            throw HitRatesError(.invalidInput, "\(name) has version \(header.trace), not \(TraceHeader.version).")
        }
        self.init(header)
        for (number, data) in rows.enumerated().dropFirst() {
            do {
                try append(try decoder.decode(Row.self, from: data))
            } catch {
                throw HitRatesError(.invalidInput, "\(name):\(number + 1): the row cannot be used: \(error)")
            }
        }
    }

    private mutating func append(_ row: Row) throws(HitRatesError) {
        if let set = row.set {
            try check(set.base.map { $0..<$0 + 1 } ?? 0..<0, below: sets.count, "set")
            sets.append(set)
        } else if let step = row.step {
            for case .content(_, let set) in step.inputs { try check(set..<set + 1, below: sets.count, "set") }
            steps.append(step)
        } else if let line = row.line {
            try check(line.step.map { $0..<$0 + 1 } ?? 0..<0, below: steps.count, "step")
            lines.append(line)
        } else if let build = row.build {
            try check(build)
            builds.append(build)
        } else {
            throw HitRatesError(.invalidInput, "it is of no known kind")
        }
    }

    private func check(_ build: TraceBuild) throws(HitRatesError) {
        guard build.stages.isEmpty || build.stages.indices.contains(build.target) else {
            throw HitRatesError(.invalidInput, "it has no stage \(build.target)")
        }
        for (number, stage) in build.stages.enumerated() {
            if case .stage(let other) = stage.base { try check(other..<other + 1, below: number, "stage") }
            for line in stage.lines {
                try check(line..<line + 1, below: lines.count, "line")
                guard let step = lines[line].step else { continue }
                for case .stage(let other, _) in steps[step].inputs {
                    try check(other..<other + 1, below: number, "stage")
                }
            }
        }
    }

    private func check(_ range: Range<Int>, below count: Int, _ kind: String) throws(HitRatesError) {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw HitRatesError(
                .invalidInput, "it refers to \(kind) \(range.lowerBound), which comes later or not at all")
        }
    }
}
