internal import Chunking
internal import SystemPackage

/// The lower directories of an overlay mount that stand for a chain.
struct LowerLayers {
    /// From top to bottom, as overlayfs wants them.
    let directories: [FilePath]
    /// The topmost directory whose layer says what the root directory is like.
    private let root: FilePath?

    /// A directory that is shown as it is.
    init(_ directory: FilePath) {
        directories = [directory]
        root = directory
    }

    /// A layer that occurs twice is taken once, at the top: overlayfs refuses the same directory again, and the lower
    /// one has nothing that the upper one does not hide. Below a layer whose root directory is opaque nothing is
    /// visible, which overlayfs would not see.
    /// - Parameter implied: where directories are made that a layer has without saying what they are like.
    init(_ chain: [Digest], in layers: LocalLayers, implied: FilePath) throws {
        var directories: [FilePath] = []
        var root: FilePath?
        var seen: Set<Digest> = []
        for layer in chain.reversed() where seen.insert(layer).inserted {
            guard layers.contains(layer) else {
                throw BuildError(.io, "the layer \(layer.short) is not in \(layers.root)")
            }
            let directory = try layers.directory(of: layer)
            directories.append(directory)
            if root == nil, layers.hasRoot(layer) { root = directory }
            let open = try OpenDirectory(directory)
            if try open.attribute(Whiteout.opaqueAttribute, of: FileName(".")) == Whiteout.opaqueValue { break }
        }
        let rows = try Self.impliedRows(of: chain, seen, in: layers)
        if !rows.isEmpty { directories.insert(try Self.tree(of: rows, at: implied), at: 0) }
        self.directories = directories
        self.root = root
    }

    /// What the directories are like that layers of `chain` have without saying it, and those above them: as the layers
    /// below say it, but overlayfs asks the topmost directory of a name.
    private static func impliedRows(of chain: [Digest], _ layers: Set<Digest>, in home: LocalLayers) throws -> [Entry] {
        let paths = Set(try layers.flatMap { try home.impliedDirectories(of: $0) })
        if paths.isEmpty { return [] }
        let view = ChainView(layers: try chain.map { try home.entries(of: $0) })
        var rows: [LayerPath: Entry] = [:]
        for path in paths {
            guard let row = view.node(at: path)?.entry, row.path == path, row.kind == .directory, !row.isPlainDirectory
            else { continue }
            var here = path
            while here != .root, rows[here] == nil, let row = view.node(at: here)?.entry {
                rows[here] = row
                here = here.parent ?? .root
            }
        }
        return rows.values.sorted { $0.path < $1.path }
    }

    private static func tree(of rows: [Entry], at directory: FilePath) throws -> FilePath {
        try StateFile.makeDirectory(directory)
        var unpacker = try LayerUnpacker(directory, hidesPaths: false)
        for row in rows { try unpacker.begin(row) }
        try unpacker.finish()
        return directory
    }

    /// Gives `upper`, whose attributes the mounted root directory shows, those of the chain's.
    func copyRoot(to upper: FilePath) throws(Errno) {
        let target = try OpenDirectory(upper)
        guard let root else { return try target.descriptor.setMode(0o755) }
        let source = try OpenDirectory(root)
        let status = try source.descriptor.status
        try target.descriptor.setOwner(uid: status.uid, gid: status.gid)
        for attribute in try source.attributes(of: FileName("."), where: Whiteout.isKept) {
            try target.descriptor.setAttribute(attribute)
        }
        try target.descriptor.setMode(status.mode)
        try target.descriptor.setModificationTime(
            seconds: status.mtimeSeconds, nanoseconds: status.mtimeNanoseconds)
    }
}

extension Entry {
    /// Whether it is what a directory is that nobody says anything of.
    fileprivate var isPlainDirectory: Bool { mode == 0o755 && uid == 0 && gid == 0 && xattrs.isEmpty }
}
