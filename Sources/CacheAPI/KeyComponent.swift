public import Chunking

/// A named part of what a step key was made from, kept with the record so that a miss can be explained.
public struct KeyComponent: Hashable, Sendable, Codable {
    /// What part it is, as in `arguments`, `environment.PATH`, `file.src/app.py`.
    public let name: String
    /// The digest of the part's value.
    public let digest: Digest

    /// Makes a component.
    public init(name: String, digest: Digest) {
        self.name = name
        self.digest = digest
    }
}
