internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// Executes a WORKDIR.
struct WorkdirStep: Sendable {
    let maker: LayerMaker
    let users: UserLookup
    let facts: ChainFacts

    /// Makes the directory in the filesystem of `chain`.
    /// - Parameter time: the time of directories that are made; seconds since 1970.
    /// - Returns: the layer; `nil` when the directory is there.
    /// - Throws: `invalidInput` when something else is in its place; `server`, `io`.
    func run(_ workdir: WorkdirOperation, in chain: [Digest], time: Int64) async throws -> Digest? {
        let path = LayerPath(workdir.path)
        var found = DestinationFacts()
        try await facts.find(path.ancestors + [path], in: chain, &found)
        if found[path]?.kind == .directory || path == .root { return nil }
        let target = try found.resolved(path)
        if target != path { try await facts.find(target.ancestors + [target], in: chain, &found) }
        let owner = try await users.owner(workdir.user.isEmpty ? "0:0" : workdir.user, in: chain)
        var items = LayerItems(mtime: (time, 0))
        try items.add(directories: target.ancestors + [target], found, owner)
        let layer = CopyLayer(items: items.items)
        return try await maker.make(layer.source { _ in }).layer
    }
}
