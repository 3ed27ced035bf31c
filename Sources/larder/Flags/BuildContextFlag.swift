import ArgumentParser
import Build
import Dockerfile
import SystemPackage

/// `--build-context`: `NAME=DIRECTORY`, `NAME=docker-image://IMAGE`, `NAME=oci-layout://DIR[:TAG|@DIGEST]`, or `NAME=URL` of a Git
/// repository.
enum BuildContextFlag {
    /// What stands in the place of a name.
    struct Value: Sendable {
        let name: String
        let context: Dockerfile.NamedContext
        /// The directory, where it is one of this machine.
        var directory: FilePath?
        /// Where the directory comes from, where it is none of this machine.
        var origin: ContextOrigin?
    }

    private static let image = "docker-image://"
    private static let layout = "oci-layout://"

    /// - Throws: `ValidationError`.
    static func read(_ text: String) throws -> Value {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ValidationError(
                "--build-context: '\(URLLogin.hidden(in: text))' is not NAME=DIRECTORY or NAME=docker-image://IMAGE")
        }
        let name = text[..<equals].lowercased()
        let value = String(text[text.index(after: equals)...])
        if value.hasPrefix(image) {
            let reference = String(value.dropFirst(image.count))
            guard !reference.isEmpty else {
                throw ValidationError("--build-context: '\(URLLogin.hidden(in: text))' names no image")
            }
            return Value(name: name, context: .image(reference))
        }
        if value.hasPrefix(layout) {
            guard value.utf8.count > layout.utf8.count else {
                throw ValidationError("--build-context: '\(URLLogin.hidden(in: text))' names no directory")
            }
            return Value(name: name, context: .image(value))
        }
        if let repository = try ContextPath.repository(value, flag: "--build-context") {
            return Value(name: name, context: .directory(name), origin: .repository(repository))
        }
        if let file = RemoteFile(url: value) {
            return Value(name: name, context: .directory(name), origin: .download(file))
        }
        guard !value.isEmpty, !value.contains("://") else {
            throw ValidationError(
                """
                --build-context: '\(URLLogin.hidden(in: value))' is neither a directory nor docker-image://IMAGE, oci-layout://DIR or the URL of a \
                Git repository
                """)
        }
        return Value(name: name, context: .directory(name), directory: FilePath(value))
    }
}
