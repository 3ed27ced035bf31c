/// The body of an answer with several parts of a blob: `multipart/byteranges` (RFC 9110, section 14.6).
public struct MultipartRanges: Hashable, Sendable {
    /// What separates the parts.
    public let boundary: String
    /// The parts, in order.
    public let parts: [Range<UInt64>]
    /// The length of the blob. Bytes.
    public let size: UInt64
    /// What the blob is.
    public let mediaType: String

    /// Lays out `parts` of a blob.
    /// - Parameter boundary: 1 to 70 letters and digits that the content is not going to have.
    public init(_ parts: [Range<UInt64>], of size: UInt64, mediaType: String, boundary: String) {
        self.parts = parts
        self.size = size
        self.mediaType = mediaType
        self.boundary = boundary
    }

    /// The `Content-Type` of the answer.
    public var contentType: String { "multipart/byteranges; boundary=\(boundary)" }

    /// What stands before the bytes of the part at `position`.
    public func head(at position: Int) -> String {
        let part = parts[position]
        return (position == 0 ? "" : "\r\n") + "--\(boundary)\r\nContent-Type: \(mediaType)\r\n"
            + "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)\r\n\r\n"
    }

    /// What stands behind the last part.
    public var tail: String { "\r\n--\(boundary)--\r\n" }

    /// The length of the whole body. Bytes.
    public var byteCount: UInt64 {
        parts.indices.reduce(UInt64(tail.utf8.count)) { count, position in
            let part = parts[position]
            return count + UInt64(head(at: position).utf8.count) + part.upperBound - part.lowerBound
        }
    }
}
