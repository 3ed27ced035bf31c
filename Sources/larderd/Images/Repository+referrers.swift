import ChunkStore
import OCI

extension Repository {
    /// The most referrers of one manifest that it keeps alive; more are listed, but may be evicted.
    private static let keptMaximum = 32_768

    /// Where the list of what is about `subject` has `manifest`.
    func referrerKey(of manifest: OCIDigest, about subject: OCIDigest) -> [UInt8] {
        key(subject.tagged + manifest.tagged)
    }

    /// Where the list of what is about `subject` has its entries.
    func referrerKeys(of subject: OCIDigest) throws(StoreError) -> [[UInt8]] {
        try store.keys(
            in: .referrer, prefix: key(subject), limit: Self.keptMaximum, project: project)
    }

    /// What is about `subject`, after the manifest `last`, in the order of digests.
    /// - Parameters:
    ///   - type: only artifacts of this type.
    ///   - bytes: entries are added until they have so many bytes; at least one.
    /// - Returns: the entries, and the last manifest that was looked at when there may be more.
    func referrers(
        of subject: OCIDigest, type: String?, after last: OCIDigest?, bytes maximum: Int
    ) throws -> (entries: [ReferrerEntry], last: OCIDigest?) {
        let prefix = key(subject)
        var after = last.map { referrerKey(of: $0, about: subject) }
        var entries: [ReferrerEntry] = []
        var count = 0
        while true {
            let page = try store.keys(in: .referrer, prefix: prefix, after: after, limit: 256, project: project)
            guard !page.isEmpty else { return (entries, nil) }
            for key in page {
                guard let record = try store.record(in: .referrer, key: key, project: project),
                    let entry = try? ReferrerEntry(decoding: record),
                    type == nil || entry.artifactType == type
                else { continue }
                if count > 0, count + entry.descriptor.count > maximum {
                    return (entries, after.flatMap { OCIDigest(tagged: $0.dropFirst(prefix.count)) })
                }
                entries.append(entry)
                count += entry.descriptor.count
                after = key
            }
            after = page.last
        }
    }
}
