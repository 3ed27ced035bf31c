/// Docker's expansion of a word: variables are replaced, quotes and escape characters removed. After BuildKit's
/// `frontend/dockerfile/shell` and the Dockerfile reference, "Environment replacement".
struct WordExpander: Sendable {
    /// What a word became.
    struct Expansion: Hashable, Sendable {
        /// The whole text.
        var text = ""
        /// The text split at white space that is not quoted, also such as came out of a variable.
        var words: [String] = []
        /// The names that have no value.
        var undefined: [String] = []
    }

    /// What is expanded.
    enum Form: Sendable {
        /// A word of an instruction.
        case word
        /// The text of a here-document, in which quotes are nothing special.
        case document
    }

    /// `\` or a backtick.
    let escape: Unicode.Scalar

    /// Expands `word`.
    /// - Throws: `syntax` for quotes or braces that are not closed and for bad patterns, `unknownName` for
    ///   `${name?message}` without a value.
    func expand(
        _ word: String, as form: Form = .word, in variables: Variables, at location: LineLocation
    ) throws(DockerfileError) -> Expansion {
        // Here-documents know the backslash only, whatever the `escape` directive says.
        var cursor = ExpansionCursor(
            word, escape: form == .word ? escape : "\\", form: form, variables: variables, location: location)
        return try cursor.expand()
    }

    /// The text that `word` becomes.
    func text(_ word: String, in variables: Variables, at location: LineLocation) throws(DockerfileError) -> String {
        try expand(word, in: variables, at: location).text
    }
}
