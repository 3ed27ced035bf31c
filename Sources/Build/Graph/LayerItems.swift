internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// Gathers the items of a layer, each path once, and checks that none replaces what it must not.
struct LayerItems {
    private var order: [LayerPath] = []
    private var found: [LayerPath: (item: CopyLayer.Item, file: HardLinks.File?)] = [:]
    private let mtime: (seconds: Int64, nanoseconds: UInt32)

    /// - Parameter mtime: the time of directories that the sources do not have.
    init(mtime: (Int64, UInt32)) {
        self.mtime = mtime
    }

    /// The items, parents before children. Of several names of one file the first has the bytes.
    var items: [CopyLayer.Item] {
        var links = HardLinks()
        return order.compactMap { path in found[path].map { links.item($0.item, $0.file) } }
    }

    /// Adds directories that lead to the destination: as they are, or new ones that `owner` or root owns and that, as in
    /// BuildKit, `mode` is for, too. Those that are there already are in the layer too, since a layer that does not know
    /// them would change them.
    /// - Throws: `invalidInput` when one is no directory.
    mutating func add(
        directories: [LayerPath], _ facts: DestinationFacts, _ owner: CopyLayout.Owner?, _ mode: FileMode? = nil
    ) throws(BuildError) {
        let new = mode?.ofDirectoriesInFront ?? 0o755
        for path in directories where !path.bytes.isEmpty {
            let fact = facts[path]
            if let kind = fact?.kind, kind != .directory {
                throw BuildError(.invalidInput, "\(path) is not a directory")
            }
            let isThere = fact?.kind != nil
            put(
                CopyLayer.Item(
                    entry: Entry(
                        path: path, kind: .directory, mode: isThere ? fact?.mode ?? 0o755 : new,
                        uid: isThere ? fact?.uid ?? 0 : owner?.uid ?? 0,
                        gid: isThere ? fact?.gid ?? 0 : owner?.gid ?? 0, mtimeSeconds: mtime.seconds,
                        mtimeNanoseconds: mtime.nanoseconds),
                    content: .none))
        }
    }

    /// Adds something that is copied.
    /// - Parameter file: which file it is, when it may have several names.
    /// - Throws: `invalidInput` for a file where a directory is, and the other way round.
    mutating func add(
        _ item: CopyLayer.Item, _ facts: DestinationFacts, _ file: HardLinks.File? = nil
    ) throws(BuildError) {
        let path = item.entry.path
        let isDirectory = item.entry.kind == .directory
        if let earlier = found[path] {
            try Self.check(path, isDirectory, wasDirectory: earlier.item.entry.kind == .directory)
        } else if facts.isLink(path) {
            try Self.check(path, isDirectory, wasDirectory: false)
        } else if let kind = facts[path]?.kind {
            try Self.check(path, isDirectory, wasDirectory: kind == .directory)
        }
        put(item, file)
    }

    private static func check(_ path: LayerPath, _ isDirectory: Bool, wasDirectory: Bool) throws(BuildError) {
        if isDirectory, !wasDirectory { throw BuildError(.invalidInput, "cannot copy to non-directory: \(path)") }
        if !isDirectory, wasDirectory {
            throw BuildError(.invalidInput, "cannot replace to directory \(path) with file")
        }
    }

    private mutating func put(_ item: CopyLayer.Item, _ file: HardLinks.File? = nil) {
        if found.updateValue((item, file), forKey: item.entry.path) == nil { order.append(item.entry.path) }
    }
}
