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
    init(_ chain: [Digest], in layers: LocalLayers) throws {
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
        self.directories = directories
        self.root = root
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
