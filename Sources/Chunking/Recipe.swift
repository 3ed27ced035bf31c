/// How to rebuild one blob bit for bit from two streams of chunks.
///
/// A layer's tar is split into a *headers* stream (512-byte headers, padding, whatever is not understood) and
/// a *payload* stream (the bytes of regular files). ``extents`` alternate between them. An opaque blob has
/// only a payload stream and one extent.
public struct Recipe: Hashable, Sendable {
    /// Which of the two streams an extent takes its bytes from.
    public enum Stream: UInt8, Sendable {
        /// Tar headers and everything the splitter keeps verbatim.
        case headers = 0
        /// Contents of regular files.
        case payload = 1
    }

    /// The next `length` bytes of `stream`.
    public struct Extent: Hashable, Sendable {
        /// The stream the bytes come from.
        public let stream: Stream
        /// How many bytes, at least 1.
        public let length: UInt64

        /// Makes an extent.
        public init(stream: Stream, length: UInt64) {
            self.stream = stream
            self.length = length
        }
    }

    /// The ``ChunkParameters/id`` the streams were cut with.
    public let parameters: UInt16
    /// The SHA-256 of the whole blob: the diffID when it is a layer.
    public let digest: Digest
    /// The blob's length in bytes.
    public let size: UInt64
    /// The chunks of the headers stream, in order.
    public let headers: [ChunkReference]
    /// The chunks of the payload stream, in order.
    public let payload: [ChunkReference]
    /// The order in which the streams are read; the lengths add up to ``size``.
    public let extents: [Extent]

    /// Makes a recipe; ``encoded()`` and ``init(decoding:)`` check that the lengths agree.
    public init(
        parameters: UInt16, digest: Digest, size: UInt64, headers: [ChunkReference], payload: [ChunkReference],
        extents: [Extent]
    ) {
        self.parameters = parameters
        self.digest = digest
        self.size = size
        self.headers = headers
        self.payload = payload
        self.extents = extents
    }

    /// The chunks of `stream`.
    public func chunks(of stream: Stream) -> [ChunkReference] {
        stream == .headers ? headers : payload
    }
}

// The declarations below are the contract; bodies are to be written.
extension Recipe {
    /// The binary form, described in `ChunkStore.docc/StorageFormat.md`.
    public func encoded() -> [UInt8] { [] }

    /// Reads the binary form. Checks that every length agrees with ``size`` and with the streams.
    /// - Throws: `malformed`, `unsupportedVersion`, `tooLarge`.
    public init(decoding bytes: RawSpan) throws(ChunkingError) {
        throw ChunkingError(.malformed, "not written yet")
    }
}
