/// A file whose text stands in the Dockerfile itself: a here-document of COPY, ADD or RUN.
public struct InlineFile: Hashable, Sendable {
    /// Its name; one component of a path.
    public let name: String
    /// What is in it, variables expanded.
    public let text: String

    /// Makes a file.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}
