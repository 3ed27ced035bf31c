internal import Chunking

/// Finds frames in bytes that arrive in parts. Memory is bounded by one frame.
public struct FrameParser: ~Copyable, Sendable {
    /// The frame that has begun to arrive; empty between frames.
    private var pending: [UInt8] = []
    private let acceptsDeltas: Bool

    /// Begins with no bytes.
    /// - Parameter acceptsDeltas: whether delta frames may come. They never do over a network: what they refer to is
    ///   the store's own affair.
    public init(acceptsDeltas: Bool = false) {
        self.acceptsDeltas = acceptsDeltas
    }

    /// Takes the next bytes; each complete frame goes to `onFrame`. Only the envelope and the limits are checked:
    /// ``FrameDecoder`` checks the content. After an error the parser is of no more use.
    /// - Throws: `corrupt` (a delta frame that is not accepted, too), `tooLarge`, or what `onFrame` throws.
    public mutating func update(_ bytes: RawSpan, onFrame: (consuming Frame) throws -> Void) throws {
        var offset = 0
        while offset < bytes.byteCount {
            let left = bytes.extracting(offset..<bytes.byteCount)
            if pending.isEmpty, let length = try frameLength(left), length <= left.byteCount {
                try onFrame(Frame(decoding: left.extracting(first: length)))
                offset += length
            } else {
                offset += try gather(left, onFrame)
            }
        }
    }

    /// Call at the end of the bytes.
    /// - Throws: `corrupt` when they end inside a frame.
    public consuming func finish() throws(CompressionError) {
        guard pending.isEmpty else {
            throw CompressionError(.corrupt, "the bytes end inside a frame; send them again")
        }
    }

    /// Moves what the pending frame lacks from `bytes` to it; returns how many bytes that was.
    private mutating func gather(_ bytes: RawSpan, _ onFrame: (consuming Frame) throws -> Void) throws -> Int {
        let wanted = try unsafe frameLength(pending.span.bytes) ?? FrameHeader.fixedByteCount
        let count = min(wanted - pending.count, bytes.byteCount)
        pending.append(copying: bytes.extracting(first: count))
        if pending.count > FrameHeader.fixedByteCount, pending.count == wanted {
            let frame = try unsafe Frame(decoding: pending.span.bytes)
            pending.removeAll(keepingCapacity: true)
            try onFrame(frame)
        }
        return count
    }

    private func frameLength(_ bytes: RawSpan) throws(CompressionError) -> Int? {
        guard bytes.byteCount >= FrameHeader.fixedByteCount else { return nil }
        let header = try FixedHeader(decoding: bytes)
        guard acceptsDeltas || header.codec != .zstdDelta else {
            throw CompressionError(
                .corrupt, "a delta frame is not accepted here, since it cannot be read without its base; send it whole")
        }
        return header.frameByteCount
    }
}
