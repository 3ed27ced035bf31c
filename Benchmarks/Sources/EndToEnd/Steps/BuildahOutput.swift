/// What buildah says while it builds: each step's instruction, and then whether it was in a cache.
enum BuildahOutput {
    /// How many RUN steps were run.
    static func ranSteps(in output: String) -> Int {
        var count = 0
        var isOpen = false
        for line in output.split(separator: "\n") {
            if let instruction = instruction(of: line) {
                count += isOpen ? 1 : 0
                isOpen = instruction.hasPrefix("RUN ")
            } else if line.hasPrefix("--> Using cache") || line.hasPrefix("--> Cache pulled") {
                isOpen = false
            } else if isImage(line) {
                // Another stage's line, which waited for this one, may follow.
                count += isOpen ? 1 : 0
                isOpen = false
            }
        }
        return count + (isOpen ? 1 : 0)
    }

    /// Whether a line is `--> 0cf7b816dfff`, which ends a step.
    private static func isImage(_ line: Substring) -> Bool {
        line.hasPrefix("--> ") && line.dropFirst(4).allSatisfy(\.isHexDigit)
    }

    /// The instruction in a line as `[1/2] STEP 3/4: RUN true`, or `STEP 3/4: RUN true` where there is one stage.
    private static func instruction(of line: Substring) -> Substring? {
        var rest = line
        if rest.hasPrefix("["), let end = rest.firstRange(of: "] ") { rest = rest[end.upperBound...] }
        guard rest.hasPrefix("STEP "), let colon = rest.firstRange(of: ": ") else { return nil }
        return rest[colon.upperBound...]
    }
}
