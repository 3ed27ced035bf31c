import ArgumentParser
import Build
import Dockerfile
import SystemPackage

/// The build context: a directory, `-`, or a URL.
enum ContextPath {
    /// A directory of this machine, or where else the context comes from.
    /// - Throws: `ValidationError`.
    static func read(_ text: String) throws -> (directory: FilePath, origin: ContextOrigin?) {
        guard !text.isEmpty else { throw ValidationError("PATH: it is empty; give a directory, as in '.'") }
        if text == "-" { return ("", .standardInput) }
        if let repository = try repository(text, flag: "PATH") { return ("", .repository(repository)) }
        if let file = RemoteFile(url: text) { return ("", .download(file)) }
        guard !text.contains("://") else {
            throw ValidationError(
                "PATH: '\(URLLogin.hidden(in: text))' is neither a directory nor the URL of a Git repository or of an archive"
            )
        }
        return (FilePath(text), nil)
    }

    /// The Git repository that `text` names; `nil` when it names none.
    /// - Throws: `ValidationError`.
    static func repository(_ text: String, flag: String) throws -> GitReference? {
        do {
            return try GitReference(context: text)
        } catch {
            throw ValidationError("\(flag): \(error.message)")
        }
    }
}
