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
        return CopyInstruction(
            isAdd: isAdd, sources: Array(words.dropLast()), destination: destination, from: from == "" ? nil : from,
            owner: owner == "" ? nil : owner, mode: mode == "" ? nil : mode, unpacksArchives: unpack ?? isAdd)
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
