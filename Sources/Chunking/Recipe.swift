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
    /// The order in which the streams are read, alternating; the lengths add up to ``size``.
    public let extents: [Extent]
    let map: RecipeMap

    /// Makes a recipe. Extents of one stream that follow each other are merged and empty ones dropped; that the
    /// lengths agree is checked by ``init(decoding:)`` only. O(n).
    public init(
        parameters: UInt16, digest: Digest, size: UInt64, headers: [ChunkReference], payload: [ChunkReference],
        extents: [Extent]
    ) {
        self.parameters = parameters
        self.digest = digest
        self.size = size
        self.headers = headers
        self.payload = payload
        self.extents = Self.merged(extents)
        map = RecipeMap(headers: headers, payload: payload, extents: self.extents)
    }

    private static func merged(_ extents: [Extent]) -> [Extent] {
        var merged: [Extent] = []
        merged.reserveCapacity(extents.count)
        for extent in extents where extent.length > 0 {
            if let last = merged.last, last.stream == extent.stream {
                merged[merged.count - 1] = Extent(stream: last.stream, length: last.length &+ extent.length)
            } else {
                merged.append(extent)
            }
        }
        return merged
    }

    /// The chunks of `stream`.
    public func chunks(of stream: Stream) -> [ChunkReference] {
        stream == .headers ? headers : payload
    }

    /// How many bytes `stream` has, as the lengths of its chunks say. O(1).
    public func byteCount(of stream: Stream) -> UInt64 {
        map.ends(of: stream).last ?? 0
    }

    /// Whether both rebuild the same blob from the same chunks.
    public static func == (left: Recipe, right: Recipe) -> Bool {
        left.parameters == right.parameters && left.digest == right.digest && left.size == right.size
            && left.headers == right.headers && left.payload == right.payload && left.extents == right.extents
    }

    /// Two recipes of one blob, cut alike, are the same; so the blob's digest is hash enough.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }
}
