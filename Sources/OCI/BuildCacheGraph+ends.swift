internal import Chunking

/// One record below which all others are, so that BuildKit finds all of them.
///
/// BuildKit imports a cache from each of its ends up (`addItemToStorage` in `cache/remotecache/v1/cachestorage.go`). Since v0.25 it
/// forgets, from the second end on, ways to a record that it has come by twice on the way from one end, if it knew the record from an end
/// before; which ones depends on the order of a map of Go, so it differs from build to build. The cache of one build has one end,
/// where nothing is forgotten; merged caches have as many as there were different results. With this record they have one, too.
extension BuildCacheGraph {
    /// What it is called. No instruction has this key, so it is never found by any, and BuildKit, which exports what leads to the steps of
    /// a build, never writes it.
    static let endDigest = Digest(hashing: Array("larder build cache end".utf8)).description

    /// It, with all records that are no input of another as its one input; `nil` where there are not several of those.
    var end: BuildCacheConfig.Record? {
        var isInput = [Bool](repeating: false, count: records.count)
        for way in records.lazy.flatMap({ $0.inputs.joined() }) { isInput[way.record] = true }
        let ends = records.indices.filter { !isInput[$0] }
        guard ends.count > 1 else { return nil }
        return BuildCacheConfig.Record(digest: Self.endDigest, inputs: [ends.map { .init(link: $0) }])
    }

    /// The records of a configuration without it.
    static func withoutEnd(_ records: [BuildCacheConfig.Record]) -> [BuildCacheConfig.Record] {
        records.last?.digest == endDigest ? records.dropLast() : records
    }
}
