import CacheAPI
import Chunking

extension Limits {
    /// Checks how long `chain` is.
    /// - Throws: ``APIFailure`` `badRequest`.
    static func check(chain: [Digest]) throws {
        guard chain.count <= self.chain else {
            throw APIFailure(.badRequest, "A chain has at most \(self.chain) layers, not \(chain.count).")
        }
    }
}
