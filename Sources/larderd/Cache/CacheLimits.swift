import CacheAPI
import Chunking

/// How much one request of the cache API may ask for.
enum CacheLimits {
    /// JSON bodies. Bytes.
    static let jsonBytes = 16 << 20
    /// Encoded recipes. Bytes.
    static let recipeBytes = 32 << 20
    /// Layers of a chain.
    static let chain = 1024
    /// Scopes of a query.
    static let scopes = 16
    /// Inputs of a step.
    static let inputs = 1024
    /// Paths of an input.
    static let paths = 1024
    /// Named parts of a step key.
    static let components = 100_000
    /// The name of a part. Bytes.
    static let componentNameBytes = 32 << 10
    /// The text of an instruction. Bytes.
    static let instructionBytes = 64 << 10
    /// Who built a step. Bytes.
    static let writerBytes = 1 << 10
    /// The value of a record. Bytes.
    static let recordBytes = 4 << 20
    /// How much of a body goes to or comes from the store at once. Bytes.
    static let pieceBytes = 256 << 10

    /// Checks how long `chain` is.
    /// - Throws: ``APIFailure`` `badRequest`.
    static func check(chain: [Digest]) throws {
        guard chain.count <= self.chain else {
            throw APIFailure(.badRequest, "A chain has at most \(self.chain) layers, not \(chain.count).")
        }
    }
}
