import ChunkStore

/// What became of the build caches that were pushed to tags which merge them, since the tags are there.
struct BuildCacheCounts: Codable, Hashable, Sendable, CustomStringConvertible {
    /// Tags with a cache that was merged or trimmed, or could not be.
    var tags: UInt64 = 0
    /// Records that their caches have.
    var records: UInt64 = 0
    /// Pushes that were merged with what was there.
    var merges: UInt64 = 0
    /// Records that were dropped to stay under BuildKit's limit.
    var dropped: UInt64 = 0
    /// Pushes that could not be merged and took the tag as they were.
    var failures: UInt64 = 0

    enum CodingKeys: String, CodingKey {
        case tags, records, merges, failures
        case dropped = "records.dropped"
    }

    var description: String {
        "\(tags) merged, \(records) records; \(merges) merges, \(dropped) records dropped for want of room, "
            + "\(failures) pushes not merged"
    }
}

extension BuildCacheCounts {
    /// Asks `store`. O(tags with such caches).
    init(of store: Store) throws(StoreError) {
        self.init()
        for project in try store.projects() {
            var last: [UInt8]?
            while true {
                let page = try store.summaries(
                    in: .buildCache, prefix: [], after: last, limit: 1_000, project: project.id)
                guard let end = page.last else { break }
                last = end.key
                for summary in page where summary.references > 0 {
                    let record = try store.record(in: .buildCache, key: summary.key, project: project.id)
                    guard let use = record.flatMap({ BuildCacheUse(decoding: $0) }) else { continue }
                    tags += 1
                    records += use.records
                    merges += use.merges
                    dropped += use.dropped
                    failures += use.failures
                }
            }
        }
    }
}
