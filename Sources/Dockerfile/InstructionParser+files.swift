extension InstructionParser {
    func copy(_ text: InstructionText) throws(DockerfileError) -> CopyInstruction {
        let isAdd = text.name == "ADD"
        var copy = try CopyInstruction(flags: text, isAdd: isAdd)
        try check(copy, at: text.location)
        let words = try json(text.rest, of: text) ?? text.rest.blankSeparatedWords
        guard let destination = words.last, words.count > 1 else {
            throw text.location.syntax("\(text.name) needs at least two arguments: sources, and the destination.")
        }
        (copy.sources, copy.documents) = try documents(among: words, of: text)
        copy.destination = destination
        return copy
    }

    /// Checks what can be checked before variables are expanded.
    private func check(_ copy: CopyInstruction, at location: LineLocation) throws(DockerfileError) {
        if let mode = copy.mode, !mode.unicodeScalars.contains("$") { _ = try FileMode(mode, at: location) }
        if let from = copy.from, from.unicodeScalars.contains("$") {
            throw location.unsupported(
                """
                `--from` takes no variables, as in Docker: add a stage `FROM \(from) AS name` (with the ARG above the \
                first FROM) and copy from `name`.
                """)
        }
        _ = try IgnoreRules(patterns: copy.excludes, flag: "exclude", at: location)
    }

    /// Tells the sources that are here-documents from the others.
    private func documents(
        among words: [String], of text: InstructionText
    ) throws(DockerfileError) -> (sources: [String], documents: [Heredoc]) {
        var sources = Array(words.dropLast())
        if text.heredocs.isEmpty { return (sources, []) }
        let all = Dictionary(text.heredocs.map { ($0.terminator, $0) }) { $1 }
        var documents: [Heredoc] = []
        sources.removeAll { word in
            guard let document = Heredoc(only: word.scalarRun).flatMap({ all[$0.terminator] }) else { return false }
            documents.append(document)
            return true
        }
        guard Set(documents.map(\.terminator)).count == all.count else {
            throw text.location.syntax(
                "A here-document of \(text.name) is a source: write `\(text.name) <<name destination`, without blanks in it."
            )
        }
        for document in documents { try checkName(of: document, at: text.location) }
        return (sources, documents)
    }

    /// A here-document becomes a file of its name.
    func checkName(of document: Heredoc, at location: LineLocation) throws(DockerfileError) {
        let name = document.terminator
        guard !name.unicodeScalars.contains("/"), name != ".", name != ".." else {
            throw location.syntax("`\(name)` cannot be the name of a file; take a plain name behind `<<`.")
        }
    }
}
