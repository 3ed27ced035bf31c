internal import Chunking

/// Hands the bytes of a layer from the thread that makes them to one that makes something else of them; the first waits while
/// several parts are on their way.
final class PartQueue: Sendable {
    private struct State {
        var parts: [[UInt8]] = []
        var isEnded = false
        var isAbandoned = false
    }

    private static let partsMaximum = 8

    private let state = Monitor(State())

    /// Hands over a copy of a part; blocks. Dropped when nobody reads any more.
    func put(_ bytes: RawSpan) {
        if state.update({ $0.isAbandoned }) { return }
        let part = [UInt8](copying: bytes)
        state.wait { state -> Void? in
            if state.isAbandoned { return () }
            guard state.parts.count < Self.partsMaximum else { return nil }
            state.parts.append(part)
            return ()
        }
    }

    /// Nothing follows.
    func end() {
        state.update { $0.isEnded = true }
    }

    /// Nobody reads any more, or what was put is of no use.
    func abandon() {
        state.update { state in
            state.isAbandoned = true
            state.parts = []
        }
    }

    /// What is put, to its end; blocks.
    /// - Throws: `CancellationError` when it was abandoned.
    var source: LayerSource {
        { write in
            while let part = try self.next() { try unsafe write(part.span.bytes) }
        }
    }

    private func next() throws -> [UInt8]? {
        let part: Result<[UInt8]?, CancellationError> = state.wait { state in
            if state.isAbandoned { return .failure(CancellationError()) }
            if !state.parts.isEmpty { return .success(state.parts.removeFirst()) }
            return state.isEnded ? .success(nil) : nil
        }
        return try part.get()
    }
}
