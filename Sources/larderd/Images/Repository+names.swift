import ChunkStore
import OCI

extension Repository {
    /// The names of repositories of `project` that have tags, after `last` in byte order, at most `limit`. One search
    /// in the index for each.
    static func names(
        in project: ProjectID, of store: Store, after last: String?, limit: Int
    ) throws(StoreError) -> [String] {
        var names: [String] = []
        // Past all keys of a repository: they continue with a zero byte, other names with greater ones than this.
        var after = last.map { Array($0.utf8) + [1] }
        while names.count < limit {
            let keys = try store.keys(in: .tag, prefix: [], after: after, limit: 1, project: project)
            guard let name = keys.first?.prefix(while: { $0 != 0 }) else { break }
            names.append(String(decoding: name, as: UTF8.self))
            after = Array(name) + [1]
        }
        return names
    }
}
