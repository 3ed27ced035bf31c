public import Chunking

/// What the server has of a mount of type cache.
public struct CacheMountAnswer: Codable, Sendable {
    /// The layer of its files; `nil` when there is none.
    public var layer: Digest?

    /// Makes an answer.
    public init(layer: Digest?) {
        self.layer = layer
    }
}
