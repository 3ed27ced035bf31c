/// Checks of how instructions and stages are written, which look at the whole file.
struct CasingChecks {
    private var instructions: [(name: String, location: LineLocation)] = []
    private var stageNames: Set<String> = []
    private var found: [BuildWarning] = []

    /// Looks at an instruction as written.
    mutating func look(at text: InstructionText) {
        instructions.append((text.writtenName, text.location))
        if text.name == "FROM" { lookAtStage(text) }
    }

    /// What was found in all of them.
    var warnings: [BuildWarning] {
        let lower = instructions.count { $0.name == $0.name.lowercased() }
        let upper = instructions.count { $0.name == $0.name.uppercased() }
        let isLower = lower > upper
        let casing = instructions.filter { $0.name != (isLower ? $0.name.lowercased() : $0.name.uppercased()) }.map {
            $0.location.found(
                .consistentInstructionCasing,
                "`\($0.name)` is not written in \(isLower ? "lower" : "upper") case as most instructions here are.")
        }
        return found + casing
    }

    private mutating func lookAtStage(_ text: InstructionText) {
        let words = text.rest.blankSeparatedWords
        guard words.count == 3 else { return }
        let (keyword, name) = (words[1], words[2])
        let isLower = text.writtenName == text.writtenName.lowercased()
        if keyword != (isLower ? "as" : "AS") {
            found.append(
                text.location.found(.fromAsCasing, "`\(keyword)` and `\(text.writtenName)` differ in their case."))
        }
        let lower = name.lowercased()
        if name != lower {
            found.append(text.location.found(.stageNameCasing, "The stage name `\(name)` should be in lower case."))
        }
        if ["scratch", "context"].contains(lower) {
            found.append(
                text.location.found(.reservedStageName, "`\(name)` means something else; name the stage otherwise."))
        }
        if !stageNames.insert(lower).inserted {
            found.append(
                text.location.found(
                    .duplicateStageName, "There are several stages named `\(lower)`; give each its own name."))
        }
    }
}
