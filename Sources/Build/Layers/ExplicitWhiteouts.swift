internal import Chunking
internal import SystemPackage

/// Says of an upper directory what is gone in it file by file, where overlayfs only marks directories as opaque.
///
/// Layers should do so (OCI image specification, layer.md, "Opaque Whiteout"), and not every program that reads them knows opaque
/// directories.
struct ExplicitWhiteouts {
    /// From top to bottom.
    private let lowers: [FilePath]

    /// Replaces the marks in `upper`, which lay over `lowers` and is not mounted. O(files in `upper` and in what marked
    /// directories hide).
    static func make(in upper: FilePath, over lowers: [FilePath]) throws(Errno) {
        var marked: [LayerPath] = []
        try TreeWalk.run(
            try OpenDirectory(upper), wrapping: { error, _ in error },
            onEntry: { place, parent throws(Errno) in
                guard place.status.kind == .directory else { return false }
                guard try parent.isOpaque(place.name) else { return true }
                marked.append(place.path)
                return true
            },
            onLeave: { _, _ throws(Errno) in })
        let whiteouts = ExplicitWhiteouts(lowers: lowers)
        let root = try OpenDirectory(upper)
        for path in marked { try whiteouts.unmark(path, in: root) }
    }

    private func unmark(_ path: LayerPath, in root: borrowing OpenDirectory) throws(Errno) {
        try hide(path, in: root)
        try root.directory(inside: path).removeAttribute(Whiteout.opaqueAttribute)
    }

    /// Hides what is below the directory at `path`, and not in it.
    private func hide(_ path: LayerPath, in root: borrowing OpenDirectory) throws(Errno) {
        let directory = try root.directory(inside: path)
        let status = try directory.descriptor.status
        let own = Set(try directory.names())
        var inner: [LayerPath] = []
        for (name, isDirectory) in try visible(path).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            if !own.contains(name) {
                try directory.makeWhiteout(FileName(name))
            } else if isDirectory, try directory.status(FileName(name)).kind == .directory {
                // It was made anew, so what is in the one below must not show either.
                inner.append(path.appending(name))
            }
        }
        try directory.descriptor.setModificationTime(
            seconds: status.mtimeSeconds, nanoseconds: status.mtimeNanoseconds)
        for path in inner { try hide(path, in: root) }
    }

    /// The names that the layers below show at `path`, and which of them are directories.
    private func visible(_ path: LayerPath) throws(Errno) -> [[UInt8]: Bool] {
        var names: [[UInt8]: Bool] = [:]
        var seen: Set<[UInt8]> = []
        for lower in lowers {
            var directory = try OpenDirectory(lower)
            var isLast = try directory.isOpaque(FileName("."))
            var isThere = true
            for part in path.components {
                let name = FileName(part)
                let status: FileStatus
                do throws(Errno) {
                    status = try directory.status(name)
                } catch .noSuchFileOrDirectory {
                    isThere = false
                    break
                }
                guard status.kind == .directory else { return names }
                let isOpaque = try directory.isOpaque(name)
                isLast = isLast || isOpaque
                directory = try directory.directory(name)
            }
            if isThere {
                for name in try directory.names() where seen.insert(name).inserted {
                    let status = try directory.status(FileName(name))
                    if !status.isWhiteout { names[name] = status.kind == .directory }
                }
            }
            if isLast { return names }
        }
        return names
    }
}

extension OpenDirectory {
    /// Whether overlayfs hides what is below the directory `name`.
    fileprivate func isOpaque(_ name: FileName) throws(Errno) -> Bool {
        try attribute(Whiteout.opaqueAttribute, of: name) == Whiteout.opaqueValue
    }
}
