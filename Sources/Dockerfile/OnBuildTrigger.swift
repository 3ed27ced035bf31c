/// What ONBUILD keeps for the builds that begin with an image.
enum OnBuildTrigger {
    /// The trigger of an ONBUILD as an image configuration has it, here-documents behind it.
    /// - Throws: `syntax` for instructions that cannot be triggers, and for what would not be one later.
    static func text(of instruction: InstructionText, parser: InstructionParser) throws(DockerfileError) -> String {
        let location = instruction.location
        guard !instruction.rest.isEmpty else {
            throw location.syntax("ONBUILD needs an argument: the instruction that is run later.")
        }
        let trigger = InstructionText(triggerOf: instruction, escape: parser.escape)
        switch trigger.name {
        case "ONBUILD": throw location.syntax("ONBUILD cannot stand behind ONBUILD; write it once.")
        case "FROM", "MAINTAINER": throw location.syntax("ONBUILD does not take \(trigger.name).")
        default: _ = try parser.parse(trigger)
        }
        let documents = instruction.heredocs.map { "\n\($0.content)\($0.terminator)" }
        return String(scalars: instruction.rest) + documents.joined()
    }

    /// The instruction of a trigger of `base`, as if it stood right behind the FROM at `location`.
    /// - Throws: what parsing throws; messages show the trigger and the line of the FROM.
    static func instruction(
        _ trigger: String, of base: String, at location: LineLocation
    ) throws(DockerfileError) -> Instruction {
        let place = LineLocation(
            file: location.file, line: location.line, text: "ONBUILD \(trigger.onOneLine) (from \(base))")
        var reader = try LineReader(Array(trigger.utf8), file: location.file)
        guard let line = try reader.next() else { throw place.syntax("The trigger is empty.") }
        let parser = InstructionParser(escape: reader.directives.escape)
        let here = LogicalLine(text: line.text, location: place)
        var text = InstructionText(here, escape: parser.escape)
        try text.takeHeredocs(of: here, from: &reader, escape: parser.escape)
        guard !["ONBUILD", "FROM", "MAINTAINER"].contains(text.name) else {
            throw place.syntax("A trigger cannot be \(text.name).")
        }
        guard try reader.next() == nil else { throw place.syntax("A trigger is one instruction, not several.") }
        return try parser.parse(text)
    }
}
