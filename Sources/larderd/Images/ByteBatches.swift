import NIOCore

extension AsyncSequence where Element == ByteBuffer {
    /// Reads the sequence once and gives its buffers to `take` in batches of at least `minimum` bytes (the last may
    /// have fewer), so that a hop to another thread is paid for by many bytes. Nothing is read while `take` runs.
    ///
    /// When the sequence fails, what was read before goes to `take` first.
    func forEachBatch(of minimum: Int, _ take: ([ByteBuffer]) async throws -> Void) async throws {
        var batch: [ByteBuffer] = []
        var count = 0
        do {
            for try await buffer in self {
                guard buffer.readableBytes > 0 else { continue }
                batch.append(buffer)
                count += buffer.readableBytes
                guard count >= minimum else { continue }
                let full = batch
                batch = []
                count = 0
                try await take(full)
            }
        } catch {
            if !batch.isEmpty { try await take(batch) }
            throw error
        }
        if !batch.isEmpty { try await take(batch) }
    }
}
