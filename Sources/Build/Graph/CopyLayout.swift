internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// Where a COPY puts what, by docker's rules: directories give their contents; a file goes into a destination that is
/// a directory; missing directories are made; links on the way to the destination are followed, links in its place
/// below are not.
struct CopyLayout: Sendable {
    /// Who owns what is copied; `nil` to keep what the sources say.
    struct Owner: Hashable, Sendable {
        var uid: UInt32
        var gid: UInt32
    }

    let sources: [CopySource]
    let destination: LayerPath
    let destinationIsDirectory: Bool
    let owner: Owner?
    let mode: FileMode?

    /// The first paths to find out about.
    var paths: [LayerPath] { destination.ancestors + [destination] }

    /// The further paths to find out about, once those of ``paths`` are known.
    /// - Throws: `invalidInput`.
    func furtherPaths(_ facts: DestinationFacts) throws(BuildError) -> [LayerPath] {
        let target = try facts.resolved(destination)
        var further = target == destination ? [] : target.ancestors + [target]
        // Where nothing is, nothing is in the way.
        guard facts[destination]?.kind == .directory else { return further }
        for source in sources {
            if source.isDirectory {
                further += source.files.dropFirst().map { target.joining($0.path) }
            } else {
                further.append(target.joining(source.name))
            }
        }
        return further
    }

    /// What goes into the layer, parents before children.
    /// - Throws: `invalidInput` when something that is in the way is of another kind.
    func items(_ facts: DestinationFacts) throws(BuildError) -> [CopyLayer.Item] {
        if sources.isEmpty { return [] }
        let target = try facts.resolved(destination)
        let existing = facts[destination]?.kind
        let isDirectory = destinationIsDirectory || existing == .directory || sources.contains(where: \.isDirectory)
        if isDirectory, let existing, existing != .directory {
            throw BuildError(.invalidInput, "cannot copy to non-directory: \(destination)")
        }
        var layer = LayerItems(mtime: newest)
        try layer.add(directories: target.ancestors + (isDirectory ? [target] : []), facts, owner, mode)
        for (number, source) in sources.enumerated() {
            if source.isDirectory {
                for file in source.files.dropFirst() {
                    let names = file.file.map { HardLinks.File(source: number, number: $0) }
                    try layer.add(copied(file, to: target), facts, names)
                }
            } else if let file = source.files.first {
                try layer.add(copied(file, to: isDirectory ? target.joining(source.name) : target), facts)
            }
        }
        return layer.items
    }

    private func copied(_ file: CopySource.File, to target: LayerPath) -> CopyLayer.Item {
        var entry = file.entry
        entry.path = target.joining(file.path)
        if let owner { (entry.uid, entry.gid) = (owner.uid, owner.gid) }
        if let mode, entry.kind != .symlink {
            entry.mode = mode.applied(to: entry.mode, isDirectory: entry.kind == .directory)
        }
        var item = CopyLayer.Item(entry: entry, content: file.content)
        item.chunks = file.chunks
        return item
    }

    /// The newest time of what is copied: directories that are made get it, so that equal sources make equal layers.
    private var newest: (Int64, UInt32) {
        sources.lazy.flatMap(\.files).map { ($0.entry.mtimeSeconds, $0.entry.mtimeNanoseconds) }.max { $0 < $1 } ?? (
            0, 0
        )
    }
}

extension LayerPath {
    /// This path with `relative` below it; itself when that is empty.
    func joining(_ relative: some Collection<UInt8>) -> LayerPath {
        if relative.isEmpty { return self }
        return bytes.isEmpty ? LayerPath(relative) : appending(relative)
    }
}
