/// Gathers the instructions of a file into stages.
struct DockerfileContents {
    private(set) var stages: [Stage] = []
    /// The ARGs above the first FROM.
    private(set) var globalArguments: [(ArgumentDeclaration, LineLocation)] = []
    /// What was found, besides what ``casing`` finds.
    private var found: [BuildWarning] = []
    private var casing = CasingChecks()
    var warnings: [BuildWarning] { found + casing.warnings }

    private let parser: InstructionParser

    init(escape: Unicode.Scalar) {
        parser = InstructionParser(escape: escape)
    }

    /// Adds the instruction on `line`; the text of its here-documents is taken from `reader`.
    /// - Throws: `syntax`, `unsupported`.
    mutating func add(_ line: LogicalLine, from reader: inout LineReader) throws(DockerfileError) {
        var text = InstructionText(line, escape: parser.escape)
        try text.takeHeredocs(of: line, from: &reader, escape: parser.escape)
        casing.look(at: text)
        if text.name == "FROM" {
            try addStage(text)
            return
        }
        let instruction = try parser.parse(text)
        if case .maintainer = instruction.kind {
            found.append(
                text.location.found(
                    .maintainerDeprecated,
                    "MAINTAINER is deprecated; use LABEL org.opencontainers.image.authors."))
        }
        if !stages.isEmpty {
            stages[stages.count - 1].instructions.append(instruction)
        } else if case .argument(let declarations) = instruction.kind {
            globalArguments += declarations.map { ($0, text.location) }
        } else {
            throw text.location.syntax("\(text.name) stands above the first FROM, where only ARG is allowed.")
        }
    }

    private mutating func addStage(_ text: InstructionText) throws(DockerfileError) {
        let stage = try Stage(text)
        let expander = WordExpander(escape: parser.escape)
        for word in [stage.base, stage.platform].compactMap(\.self) {
            _ = try expander.expand(word, in: .allDefined, at: text.location)
        }
        stages.append(stage)
    }
}
