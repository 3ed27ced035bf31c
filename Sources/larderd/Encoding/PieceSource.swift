import NIOCore

/// What the body of an answer is made of, piece by piece. Calls block, and come one after the other, each on any thread.
protocol PieceSource: Sendable {
    /// The next piece, never empty; `nil` at the end.
    func next() throws -> ByteBuffer?
}
