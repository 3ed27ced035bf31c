internal import NIOCore

/// Hands bytes that arrive from the network to a thread that reads them; those who bring them wait while several
/// portions are on the way.
final class BodyPipe: Sendable {
    private struct State {
        var portions: [[ByteBuffer]] = []
        var end: Result<Void, any Error>?
        var isAbandoned = false
    }

    private static let portionsMaximum = 4
    /// How many bytes are brought at a time.
    private static let portionByteCount = 1 << 20

    private let state = Monitor(State())

    /// Brings all of `body`. Returns early, without an error, when nobody reads any more.
    /// - Throws: what `body` throws; the reader learns it, too.
    func fill(_ body: some AsyncSequence<ByteBuffer, any Error> & Sendable) async throws {
        do {
            var portion: [ByteBuffer] = []
            var count = 0
            for try await part in body {
                portion.append(part)
                count += part.readableBytes
                guard count >= Self.portionByteCount else { continue }
                let full = portion
                (portion, count) = ([], 0)
                guard try await BlockingThreads.run({ self.put(full) }) else { return }
            }
            let rest = portion
            _ = try await BlockingThreads.run { self.put(rest) }
            state.update { $0.end = .success(()) }
        } catch {
            state.update { $0.end = .failure(error) }
            throw error
        }
    }

    /// What was brought; blocks.
    var source: LayerSource {
        { write in
            while let portion = try self.next() {
                for part in portion {
                    try unsafe part.withUnsafeReadableBytes { try unsafe write($0.bytes) }
                }
            }
        }
    }

    /// Nobody reads any more.
    func abandon() {
        state.update { $0.isAbandoned = true }
    }

    /// Whether somebody still reads.
    private func put(_ portion: [ByteBuffer]) -> Bool {
        state.wait { state in
            if state.isAbandoned { return false }
            guard state.portions.count < Self.portionsMaximum else { return nil }
            state.portions.append(portion)
            return true
        }
    }

    private func next() throws -> [ByteBuffer]? {
        let result: Result<[ByteBuffer]?, any Error> = state.wait { state in
            if !state.portions.isEmpty { return .success(state.portions.removeFirst()) }
            return state.end.map { $0.map { nil } }
        }
        return try result.get()
    }
}
