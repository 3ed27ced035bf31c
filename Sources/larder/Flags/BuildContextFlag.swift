import ArgumentParser
import Dockerfile
import SystemPackage

/// `--build-context`: `NAME=DIRECTORY` or `NAME=docker-image://IMAGE`.
enum BuildContextFlag {
    /// The name, and what stands in its place.
    /// - Throws: `ValidationError`.
    static func read(_ text: String) throws -> (name: String, context: Dockerfile.NamedContext, directory: FilePath?) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ValidationError("--build-context: '\(text)' is not NAME=DIRECTORY or NAME=docker-image://IMAGE")
        }
        let name = text[..<equals].lowercased()
        let value = String(text[text.index(after: equals)...])
        let image = "docker-image://"
        if value.hasPrefix(image) {
            let reference = String(value.dropFirst(image.count))
            guard !reference.isEmpty else { throw ValidationError("--build-context: '\(text)' names no image") }
            return (name, .image(reference), nil)
        }
        guard !value.isEmpty, !value.contains("://"), !value.hasPrefix("git@") else {
            throw ValidationError(
                """
                --build-context: '\(value)' is neither a directory nor docker-image://IMAGE; fetch it first and give \
                the directory, or ADD it in the Dockerfile
                """)
        }
        return (name, .directory(name), FilePath(value))
    }
}
