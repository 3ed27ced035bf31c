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

    /// `\` or a backtick.
    let escape: Unicode.Scalar

    /// Expands `word`.
    /// - Throws: `syntax` for quotes or braces that are not closed, `unsupported` for `${name#pattern}` and the like,
    ///   `unknownName` for `${name?message}` without a value.
    func expand(
        _ word: String, in variables: Variables, at location: LineLocation
    ) throws(DockerfileError) -> Expansion {
        var cursor = ExpansionCursor(word, escape: escape, variables: variables, location: location)
        return try cursor.expand()
    }

    /// The text that `word` becomes.
    func text(_ word: String, in variables: Variables, at location: LineLocation) throws(DockerfileError) -> String {
        try expand(word, in: variables, at: location).text
    }
}
