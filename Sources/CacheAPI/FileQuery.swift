public import Chunking

/// Asks for the bytes of one regular file of a chain's merged view (`POST …/chain/file`); links are followed.
public struct FileQuery: Codable, Sendable {
    /// The chain's diffIDs from the bottom.
    public var chain: [Digest]
    /// Absolute.
    public var path: String

    /// Makes a query.
    public init(chain: [Digest], path: String) {
        self.chain = chain
        self.path = path
    }
}
