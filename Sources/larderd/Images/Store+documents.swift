import ChunkStore
import Chunking

extension Store {
    /// A whole blob of at most `maximum` bytes, for documents; `nil` when the project does not have it.
    /// - Throws: ``StoreError`` `invalidContent` when it is longer.
    func document(_ digest: Digest, in project: ProjectID, maximum: Int) throws(StoreError) -> [UInt8]? {
        guard let info = try blob(digest, in: project) else { return nil }
        guard info.size <= UInt64(maximum) else {
            throw StoreError(
                .invalidContent, "blob \(digest) has \(info.size) bytes, too many for a document (\(maximum))")
        }
        guard var reader = try read(digest, in: project) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(info.size))
        while try reader.read(into: &bytes, maximum: maximum) > 0 {}
        return bytes
    }

    /// Keeps `document` as a blob of the project, unless it has it already.
    func keep(_ document: [UInt8], as digest: Digest, in project: ProjectID) throws(StoreError) {
        if try blob(digest, in: project) != nil { return }
        var writer = beginBlob(in: project)
        try unsafe writer.write(document.span.bytes)
        _ = try writer.commit(expecting: digest)
    }
}
