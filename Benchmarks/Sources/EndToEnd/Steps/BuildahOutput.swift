/// What buildah says while it builds: each step's instruction, and then whether it was in a cache.
public enum BuildahOutput {
    private struct Step {
        /// As `[1/2]`; empty where there is one.
        let stage: Substring
        let counts: Bool
        var isCached = false

        var isExecuted: Bool { counts && !isCached }
    }

    /// How many steps with one of `instructions` were executed.
    ///
    /// A step that waits for another stage has the steps of that one in between. So those that are not over are a stack, and a line
    /// that names no stage is about the last of them.
    public static func executedSteps(in output: String, of instructions: Set<String>) -> Int {
        var count = 0
        var open: [Step] = []
        for line in output.split(separator: "\n") {
            if let (stage, instruction) = step(in: line) {
                if let last = open.lastIndex(where: { $0.stage == stage }) {
                    count += open.remove(at: last).isExecuted ? 1 : 0
                }
                if instruction != "FROM" { open.append(Step(stage: stage, counts: instructions.contains(instruction))) }
            } else if line.hasPrefix("--> Using cache") || line.hasPrefix("--> Cache pulled") {
                if !open.isEmpty { open[open.count - 1].isCached = true }
            } else if isImage(line), let last = open.popLast() {
                count += last.isExecuted ? 1 : 0
            }
        }
        return count + open.count { $0.isExecuted }
    }

    /// Whether a line is `--> 0cf7b816dfff`, which ends a step.
    private static func isImage(_ line: Substring) -> Bool {
        line.hasPrefix("--> ") && line.dropFirst(4).allSatisfy(\.isHexDigit)
    }

    /// The stage and the first word of the instruction in a line as `[1/2] STEP 3/4: RUN true`, or `STEP 3/4: RUN true` where there is one
    /// stage.
    private static func step(in line: Substring) -> (stage: Substring, instruction: String)? {
        var (stage, rest) = (line.prefix(0), line)
        if line.hasPrefix("["), let end = line.firstRange(of: "] ") {
            (stage, rest) = (line[..<end.upperBound], line[end.upperBound...])
        }
        guard rest.hasPrefix("STEP "), let colon = rest.firstRange(of: ": ") else { return nil }
        return (stage, String(rest[colon.upperBound...].prefix { $0 != " " }))
    }
}
