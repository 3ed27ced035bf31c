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
    let stream: BlobStream?
    let first: ByteBuffer?

    /// Opens the blob that `name` has under `digest`; `nil` when there is none. Blocks.
    /// - Parameter header: a `Range`.
    init?(_ digest: OCIDigest, in name: RepositoryName, range header: String?, of store: Store) throws {
        guard let repository = try Repository(name, in: store), let info = try repository.blob(digest) else {
            return nil
        }
        self.info = info
        project = repository.project
        ranges = ByteRanges(header, size: info.size)
        switch ranges {
        case .unsatisfiable: stream = nil
        case .whole: stream = try BlobStream(info.digest, range: nil, in: project, of: store)
        case .parts(let parts): stream = try BlobStream(info.digest, range: parts.first, in: project, of: store)
        }
        first = try stream?.next()
        if ranges != .unsatisfiable && stream == nil { return nil }
    }

    /// Another part of it, and its first piece. Blocks.
    func part(_ range: Range<UInt64>, of store: Store) throws(StoreError) -> (stream: BlobStream?, first: ByteBuffer?) {
        let stream = try BlobStream(info.digest, range: range, in: project, of: store)
        return (stream, try stream?.next())
    }
}
