@testable import ChunkStore

/// Runs what takes long and blocks on a thread of its own, so that other tests keep theirs.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    let result: Result<R, any Error> = await withCheckedContinuation { continuation in
        do {
            _ = try DedicatedThread { continuation.resume(returning: Result { try body() }) }
        } catch {
            continuation.resume(returning: .failure(error))
        }
    }
    return try result.get()
}
