internal import Chunking

extension Frame {
    /// The wire and file form: the header that ``FrameHeader`` describes, then the payload.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    /// What stands before the payload.
    public var header: FrameHeader {
        FrameHeader(codec: codec, chunks: chunks, base: base, payloadByteCount: payload.count)
    }

    /// Appends the wire and file form.
    public func encode(into bytes: inout [UInt8]) {
        let header = header
        bytes.reserveCapacity(bytes.count + header.frameByteCount)
        header.encode(into: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// Reads the wire and file form; `bytes` are exactly one frame. Only the envelope and the limits are checked:
    /// ``FrameDecoder`` checks the content.
    /// - Throws: `corrupt`, `tooLarge`.
    public init(decoding bytes: RawSpan) throws(CompressionError) {
        let header = try FrameHeader(decoding: bytes)
        guard bytes.byteCount == header.frameByteCount else {
            throw CompressionError(
                .corrupt,
                "the frame should have \(header.frameByteCount) bytes but has \(bytes.byteCount); send it again")
        }
        self.init(
            codec: header.codec, chunks: header.chunks, base: header.base,
            payload: [UInt8](copying: bytes.extracting(droppingFirst: header.byteCount)))
    }
}
