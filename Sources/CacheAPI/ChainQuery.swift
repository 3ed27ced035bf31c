public import Chunking

/// Asks what is at paths of a chain's merged view (`POST …/chain/query`).
public struct ChainQuery: Codable, Sendable {
    /// The most paths in one query.
    public static let pathsMaximum = 10_000

    /// The chain's diffIDs from the bottom.
    public var chain: [Digest]
    /// Absolute paths.
    public var paths: [String]

    /// Makes a query.
    public init(chain: [Digest], paths: [String]) {
        self.chain = chain
        self.paths = paths
    }
}
