/// Where an instruction stands, for messages.
struct LineLocation: Hashable, Sendable {
    /// The path as the user gave it.
    let file: String
    /// The first line of the instruction, from 1.
    let line: Int
    /// That line's text.
    let text: String

    func syntax(_ message: String) -> DockerfileError {
        DockerfileError(.syntax, file: file, line: line, text: text, message: message)
    }

    func unsupported(_ message: String) -> DockerfileError {
        DockerfileError(.unsupported, file: file, line: line, text: text, message: message)
    }

    func unknownName(_ message: String) -> DockerfileError {
        DockerfileError(.unknownName, file: file, line: line, text: text, message: message)
    }

    func warning(_ message: String) -> BuildWarning {
        BuildWarning(nil, file: file, line: line, message: message)
    }

    func found(_ check: BuildCheck, _ message: String) -> BuildWarning {
        BuildWarning(check, file: file, line: line, message: message)
    }
}
