internal import Spelling

/// Turns the text of one instruction into its parts. What each takes is in the Dockerfile reference; forms are told
/// apart as BuildKit's `frontend/dockerfile/parser` and `instructions` do.
struct InstructionParser: Sendable {
    static let names = [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ]

    let escape: Unicode.Scalar

    /// Parses everything but FROM, and checks the form of all words that will be expanded.
    /// - Throws: `syntax`, `unsupported`.
    func parse(_ text: InstructionText) throws(DockerfileError) -> Instruction {
        let flags = text.flags.map { $0 + " " }.joined()
        let instruction = Instruction(
            kind: try kind(of: text),
            text: "\(text.name) \(flags)\(String(scalars: text.rest))\(Self.summary(of: text))".onOneLine,
            location: text.location)
        let expander = WordExpander(escape: escape)
        for word in instruction.expandedWords {
            _ = try expander.expand(word, in: .allDefined, at: text.location)
        }
        if case .copy(let copy) = instruction.kind {
            for document in copy.documents where !document.isQuoted {
                _ = try expander.expand(document.text, as: .document, in: .allDefined, at: text.location)
            }
        }
        return instruction
    }

    /// The first line of a here-document that RUN executes.
    private static func summary(of text: InstructionText) -> String {
        guard text.name == "RUN", let document = text.heredocs.first else { return "" }
        let content = document.content.trimmed.unicodeScalars
        let line = content.prefix { $0 != "\n" }
        return " (\(String(scalars: line).trimmed)\(line.endIndex == content.endIndex ? "" : "…"))"
    }

    private func kind(of text: InstructionText) throws(DockerfileError) -> Instruction.Kind {
        switch text.name {
        case "RUN": return .run(try run(text))
        case "COPY", "ADD": return .copy(try copy(text))
        case "HEALTHCHECK": return .healthcheck(try healthcheck(text))
        default:
            guard Self.names.contains(text.name) else { throw unknown(text) }
            var flags = FlagSet(text)
            try flags.finish()
            return try kindWithoutFlags(of: text)
        }
    }

    private func kindWithoutFlags(of text: InstructionText) throws(DockerfileError) -> Instruction.Kind {
        switch text.name {
        case "ENV": .environment(try pairs(text))
        case "LABEL": .label(try pairs(text))
        case "ARG": .argument(try declarations(text))
        case "WORKDIR": .workingDirectory(try argument(text, "the directory"))
        case "USER": .user(try argument(text, "the user"))
        case "STOPSIGNAL": .stopSignal(try argument(text, "the signal"))
        case "MAINTAINER": .maintainer(try argument(text, "the maintainer"))
        case "CMD": .command(try commandLine(text.rest, of: text))
        case "ENTRYPOINT": .entrypoint(try commandLine(text.rest, of: text))
        case "EXPOSE": .expose(try words(text.rest.blankSeparatedWords, of: text, "a port").sorted())
        case "VOLUME": .volume(try volumes(text))
        case "SHELL": .shell(try shell(text))
        case "ONBUILD": .onBuild(try OnBuildTrigger.text(of: text, parser: self))
        default: throw unknown(text)
        }
    }

    private func unknown(_ text: InstructionText) -> DockerfileError {
        let message = "There is no instruction `\(text.name)`"
        guard let nearest = NearestName.of(text.name, among: Self.names) else {
            return text.location.syntax("\(message); a line begins with one of \(Self.names.joined(separator: ", ")).")
        }
        return text.location.syntax("\(message); did you mean \(nearest)?")
    }

    // MARK: - Forms

    /// The whole rest as one word.
    private func argument(_ text: InstructionText, _ what: String) throws(DockerfileError) -> String {
        guard !text.rest.isEmpty else { throw text.location.syntax("\(text.name) needs an argument: \(what).") }
        return String(scalars: text.rest)
    }

    func words(
        _ words: [String], of text: InstructionText, _ what: String
    ) throws(DockerfileError) -> [String] {
        guard !words.isEmpty else { throw text.location.syntax("\(text.name) needs at least one argument: \(what).") }
        return words
    }

    /// The JSON form if `rest` is one; `nil` for the other form.
    func json(_ rest: Scalars, of text: InstructionText) throws(DockerfileError) -> [String]? {
        switch JSONStringArray.read(String(scalars: rest)) {
        case .strings(let strings): return strings
        case .notArray: return nil
        case .otherElements:
            throw text.location.syntax("The JSON form of \(text.name) takes strings only: put each element in quotes.")
        }
    }

    func commandLine(_ rest: Scalars, of text: InstructionText) throws(DockerfileError) -> CommandLine {
        guard !rest.isEmpty else { throw text.location.syntax("\(text.name) needs a command.") }
        if let arguments = try json(rest, of: text) { return .exec(arguments) }
        return .shell(String(scalars: rest))
    }

    private func volumes(_ text: InstructionText) throws(DockerfileError) -> [String] {
        let paths = try json(text.rest, of: text) ?? text.rest.blankSeparatedWords
        let volumes = try words(paths, of: text, "a directory").map(\.trimmed)
        guard !volumes.contains("") else { throw text.location.syntax("A directory of VOLUME is empty; remove it.") }
        return volumes
    }

    private func shell(_ text: InstructionText) throws(DockerfileError) -> [String] {
        guard let arguments = try json(text.rest, of: text), !arguments.isEmpty else {
            throw text.location.syntax("SHELL takes the JSON form only, such as `SHELL [\"/bin/bash\", \"-c\"]`.")
        }
        return arguments
    }

    /// `name=value …`, or the old `name value`.
    private func pairs(_ text: InstructionText) throws(DockerfileError) -> [NameAndValue] {
        let words = try words(QuotedWords.split(text.rest, escape: escape), of: text, "`name=value`")
        guard words[0].unicodeScalars.contains("=") else {
            let name = text.rest.prefix { !$0.isBlank }
            let value = text.rest.dropFirst(name.count).trimmedLeft
            guard !value.isEmpty else {
                throw text.location.syntax("\(text.name) needs a name and a value: write `\(words[0])=…`.")
            }
            return [NameAndValue(name: String(scalars: name), value: String(scalars: value), isLegacy: true)]
        }
        var pairs: [NameAndValue] = []
        for word in words {
            let name = word.scalarRun.prefix { $0 != "=" }
            guard name.count < word.unicodeScalars.count else {
                throw text.location.syntax(
                    "`\(word)` has no `=`; write `name=value`, and quotes around a value with spaces.")
            }
            guard !name.isEmpty else { throw text.location.syntax("`\(word)` has no name in front of the `=`.") }
            let value = word.scalarRun.dropFirst(name.count + 1)
            pairs.append(NameAndValue(name: String(scalars: name), value: String(scalars: value)))
        }
        return pairs
    }

    private func declarations(_ text: InstructionText) throws(DockerfileError) -> [ArgumentDeclaration] {
        var declarations: [ArgumentDeclaration] = []
        for word in try words(QuotedWords.split(text.rest, escape: escape), of: text, "a name") {
            let name = word.scalarRun.prefix { $0 != "=" }
            guard !name.isEmpty else { throw text.location.syntax("`\(word)` has no name in front of the `=`.") }
            let hasValue = name.count < word.unicodeScalars.count
            let value = word.scalarRun.dropFirst(name.count + 1)
            declarations.append(
                ArgumentDeclaration(
                    name: String(scalars: name), value: hasValue ? String(scalars: value) : nil))
        }
        return declarations
    }
}
