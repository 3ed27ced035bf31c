internal import Chunking
internal import SystemPackage

/// Computes content digests of files on the disk.
enum FileHasher {
    /// The digest of what is in `file` now, with the stamp and size that belong to it. Blocks.
    ///
    /// A file that changes while it is read is read again, three times at most: what is made of it later is compared
    /// with the digest in any case.
    /// - Throws: `io`.
    static func hash(_ file: FilePath) throws(BuildError) -> (digest: Digest, stamp: FileStamp) {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var attempts = 0
        while true {
            attempts += 1
            let open = try OpenFile(reading: file)
            let before = try open.stamp()
            var hasher = ContentHasher()
            var count: UInt64 = 0
            while case let part = try open.readPart(into: &buffer, at: count), part > 0 {
                unsafe hasher.update(buffer.span.bytes.extracting(first: part))
                count += UInt64(part)
            }
            let digest = hasher.finish()
            var after = try open.stamp()
            if (before == after && count == after.size) || attempts == 3 {
                after.size = count
                return (digest, after)
            }
        }
    }
}
