/// One parsed stage: FROM and what follows it.
struct Stage: Sendable {
    /// As written.
    let base: String
    /// `AS` in small letters.
    let name: String?
    /// `--platform` as written.
    let platform: String?
    var instructions: [Instruction] = []
    let location: LineLocation

    /// Parses FROM.
    init(_ text: InstructionText) throws(DockerfileError) {
        location = text.location
        var flags = FlagSet(text)
        platform = try flags.string("platform")
        try flags.finish()
        let words = text.rest.blankSeparatedWords
        guard let base = words.first else { throw text.location.syntax("FROM needs the image or stage to begin with.") }
        self.base = base
        if words.count == 1 {
            name = nil
            return
        }
        guard words.count == 3, words[1].lowercased() == "as" else {
            throw text.location.syntax("FROM takes one name, or `name AS stage`, and nothing more.")
        }
        let name = words[2].lowercased()
        guard Self.isValid(name: name) else {
            throw text.location.syntax(
                "`\(words[2])` is not a name for a stage: begin with a letter, go on with letters, digits, `-`, `_`, `.`."
            )
        }
        self.name = name
    }

    private static func isValid(name: String) -> Bool {
        let letters: ClosedRange<Unicode.Scalar> = "a"..."z"
        let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
        guard let first = name.unicodeScalars.first, letters.contains(first) else { return false }
        return name.unicodeScalars.allSatisfy {
            letters.contains($0) || digits.contains($0) || $0 == "-" || $0 == "_" || $0 == "."
        }
    }
}
