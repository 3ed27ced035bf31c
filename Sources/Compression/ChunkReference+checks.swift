internal import Chunking

extension ChunkReference {
    /// Checks that `bytes` are as long as they should be and fit a frame.
    /// - Throws: `failed`, `tooLarge`.
    func checkLength(_ bytes: RawSpan) throws(CompressionError) {
        guard bytes.byteCount == Int(length), length > 0 else {
            throw CompressionError(
                .failed, "chunk \(id.short) should have \(length) bytes but came with \(bytes.byteCount)")
        }
        guard bytes.byteCount <= Frame.rawBytesMaximum else {
            throw CompressionError(
                .tooLarge, "a chunk of \(bytes.byteCount) bytes does not fit a frame of \(Frame.rawBytesMaximum)")
        }
    }
}

extension [ChunkReference] {
    /// How many bytes the chunks have together.
    var byteCount: Int { reduce(0) { $0 + Int($1.length) } }

    /// Hashes `bytes`, which have the length of the chunks together, chunk by chunk.
    /// - Throws: `corrupt` for the first that does not have its digest.
    func checkDigests(of bytes: RawSpan) throws(CompressionError) {
        var offset = 0
        for chunk in self {
            let end = offset + Int(chunk.length)
            guard Digest(hashing: bytes.extracting(offset..<end)) == chunk.id else {
                throw CompressionError(
                    .corrupt, "the bytes of chunk \(chunk.id.short) do not have its digest; fetch or store it again")
            }
            offset = end
        }
    }
}
