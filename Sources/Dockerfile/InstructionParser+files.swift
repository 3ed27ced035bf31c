extension InstructionParser {
    func copy(_ text: InstructionText) throws(DockerfileError) -> CopyInstruction {
        let isAdd = text.name == "ADD"
        var flags = FlagSet(text)
        let owner = try flags.string("chown")
        let mode = try flags.string("chmod")
        let from = isAdd ? nil : try flags.string("from")
        let unpack = isAdd ? try flags.boolean("unpack") : nil
        try refuseUnsupported(&flags, of: text, isAdd: isAdd)
        if let mode, !mode.isEmpty, !mode.unicodeScalars.contains("$") {
            _ = try FileMode.parse(mode, at: text.location)
        }
        if let from, from.unicodeScalars.contains("$") {
            throw text.location.unsupported(
                """
                `--from` takes no variables, as in Docker: add a stage `FROM \(from) AS name` (with the ARG above the \
                first FROM) and copy from `name`.
                """)
        }
        let words = try json(text.rest, of: text) ?? text.rest.blankSeparatedWords
        guard let destination = words.last, words.count > 1 else {
            throw text.location.syntax("\(text.name) needs at least two arguments: sources, and the destination.")
        }
        let (sources, documents) = try documents(among: words, of: text)
        return CopyInstruction(
            isAdd: isAdd, sources: sources, destination: destination, from: from == "" ? nil : from,
            owner: owner == "" ? nil : owner, mode: mode == "" ? nil : mode, unpacksArchives: unpack ?? isAdd,
            documents: documents)
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

    /// Flags that Docker has and this version does not; one that is switched off changes nothing.
    private func refuseUnsupported(
        _ flags: inout FlagSet, of text: InstructionText, isAdd: Bool
    ) throws(DockerfileError) {
        let switches = [
            ("link", "remove it, the result is the same."),
            isAdd
                ? ("keep-git-dir", "clone in a RUN instead.")
                : ("parents", "name the destination of each source in an instruction of its own."),
        ]
        for (flag, advice) in switches where try flags.boolean(flag) == true {
            throw text.location.unsupported("`\(text.name) --\(flag)` is not supported yet; \(advice)")
        }
        var unsupported = ["exclude": "use .dockerignore, or copy the wanted paths one by one."]
        if isAdd { unsupported["checksum"] = "fetch and check the file in a RUN instead." }
        try flags.finish(unsupported: unsupported)
    }
}
