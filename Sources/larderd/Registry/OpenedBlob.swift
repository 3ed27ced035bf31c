import ChunkStore
import NIOCore
import OCI

/// A blob that is about to be sent. Its first piece is read already, so that a blob whose beginning is damaged is
/// reported as missing.
struct OpenedBlob: Sendable {
    let info: BlobInfo
    let project: ProjectID
    /// What of it is sent.
    let ranges: ByteRanges
    /// The form in which all of it is sent; `nil` for as it is.
    let encoded: LayerEncodings.Encoded?
    /// The first of that; `nil` when there is none.
    let source: (any PieceSource)?
    let first: ByteBuffer?

    /// Opens a blob of `project`; `nil` when it is gone. Blocks.
    /// - Parameters:
    ///   - header: a `Range`.
    ///   - coding: what it is to be sent in, if all of it is sent.
    init?(
        _ info: BlobInfo, in project: ProjectID, range header: String?,
        _ encodings: LayerEncodings?, as coding: ContentCoding?, of store: Store
    ) throws {
        self.info = info
        self.project = project
        ranges = ByteRanges(header, size: info.size)
        var encoded: LayerEncodings.Encoded?
        if let coding, ranges == .whole { encoded = try encodings?.open(info, as: coding, in: project, of: store) }
        self.encoded = encoded
        switch ranges {
        case .unsatisfiable: source = nil
        case .whole: source = try encoded?.source ?? BlobDownload(info.digest, range: nil, in: project, of: store)
        case .parts(let parts): source = try BlobDownload(info.digest, range: parts.first, in: project, of: store)
        }
        first = try source?.next()
        if ranges != .unsatisfiable && source == nil { return nil }
    }

    /// Another part of it, and its first piece. Blocks.
    func part(
        _ range: Range<UInt64>, of store: Store
    ) throws -> (source: (any PieceSource)?, first: ByteBuffer?) {
        let source = try BlobDownload(info.digest, range: range, in: project, of: store)
        return (source, try source?.next())
    }
}
