internal import Synchronization

/// Whether a layer of the image could not be had, for something that is made of the image.
final class LostLayer: Sendable {
    private let first = Mutex<BuildError?>(nil)

    /// Why the first one could not.
    var cause: BuildError? { first.withLock { $0 } }

    /// Reads a layer in `body`.
    func noting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as BuildError where error.isLoss {
            first.withLock { $0 = $0 ?? error }
            throw error
        }
    }
}
