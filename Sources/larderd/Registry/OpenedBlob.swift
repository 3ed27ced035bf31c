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
    /// The first of that; `nil` when there is none.
    let stream: BlobDownload?
    let first: ByteBuffer?

    /// Opens a blob of `project`; `nil` when it is gone. Blocks.
    /// - Parameter header: a `Range`.
    init?(_ info: BlobInfo, in project: ProjectID, range header: String?, of store: Store) throws {
        self.info = info
        self.project = project
        ranges = ByteRanges(header, size: info.size)
        switch ranges {
        case .unsatisfiable: stream = nil
        case .whole: stream = try BlobDownload(info.digest, range: nil, in: project, of: store)
        case .parts(let parts): stream = try BlobDownload(info.digest, range: parts.first, in: project, of: store)
        }
        first = try stream?.next()
        if ranges != .unsatisfiable && stream == nil { return nil }
    }

    /// Another part of it, and its first piece. Blocks.
    func part(_ range: Range<UInt64>, of store: Store) throws(StoreError) -> (stream: BlobDownload?, first: ByteBuffer?)
    {
        let stream = try BlobDownload(info.digest, range: range, in: project, of: store)
        return (stream, try stream?.next())
    }
}
