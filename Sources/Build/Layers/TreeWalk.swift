internal import Chunking
internal import SystemPackage

/// Goes through a directory tree depth first, siblings in the order of their bytes, following no link. Holds one
/// descriptor and the names on the way down, so no tree is too deep. Nothing else may move directories meanwhile.
struct TreeWalk {
    /// One thing that the walk comes to.
    struct Place {
        let path: LayerPath
        let name: FileName
        let status: FileStatus
    }

    private struct Level {
        let place: Place?
        let names: [[UInt8]]
        var next = 0
    }

    /// Walks through all that is below `root`.
    /// - Parameters:
    ///   - onEntry: called with each place and the directory it is in; returns whether to go into a directory.
    ///   - onLeave: called when all in a directory has been visited, with the directory it is in.
    static func run<E: Error>(
        _ root: consuming OpenDirectory, wrapping wrap: (Errno, LayerPath) -> E,
        onEntry: (Place, borrowing OpenDirectory) throws(E) -> Bool,
        onLeave: (Place, borrowing OpenDirectory) throws(E) -> Void
    ) throws(E) {
        var directory = root
        var levels = [Level(place: nil, names: try names(in: directory, .root, wrap))]
        while let level = levels.last {
            let parent = level.place?.path ?? .root
            guard level.next < level.names.count else {
                levels.removeLast()
                guard let place = level.place else { return }
                directory = try open(FileName(".."), in: directory, parent, wrap)
                try onLeave(place, directory)
                continue
            }
            levels[levels.count - 1].next += 1
            let path = parent.appending(level.names[level.next])
            let name = FileName(level.names[level.next])
            let status: FileStatus
            do throws(Errno) { status = try directory.status(name) } catch { throw wrap(error, path) }
            let place = Place(path: path, name: name, status: status)
            guard try onEntry(place, directory), status.kind == .directory else { continue }
            directory = try open(name, in: directory, path, wrap)
            levels.append(Level(place: place, names: try names(in: directory, path, wrap)))
        }
    }

    private static func names<E: Error>(
        in directory: borrowing OpenDirectory, _ path: LayerPath, _ wrap: (Errno, LayerPath) -> E
    ) throws(E) -> [[UInt8]] {
        do throws(Errno) { return try directory.names() } catch { throw wrap(error, path) }
    }

    private static func open<E: Error>(
        _ name: FileName, in directory: borrowing OpenDirectory, _ path: LayerPath, _ wrap: (Errno, LayerPath) -> E
    ) throws(E) -> OpenDirectory {
        do throws(Errno) { return try directory.directory(name) } catch { throw wrap(error, path) }
    }
}

extension TreeWalk {
    /// Removes the tree at `name`, whatever it is. Stops at other file systems, so that a mount that is left over
    /// loses nothing.
    static func remove(_ name: FileName, in directory: borrowing OpenDirectory) throws(Errno) {
        let status = try directory.status(name)
        guard status.kind == .directory else { return try directory.remove(name) }
        try run(
            try directory.directory(name), wrapping: { error, _ in error },
            onEntry: { place, parent throws(Errno) in
                guard place.status.fileSystem == status.fileSystem else { throw Errno.resourceBusy }
                guard place.status.kind != .directory else { return true }
                try parent.remove(place.name)
                return false
            },
            onLeave: { place, parent throws(Errno) in try parent.removeDirectory(place.name) })
        try directory.removeDirectory(name)
    }

    /// Removes the tree at `path` if there is one.
    static func remove(_ path: FilePath) throws(Errno) {
        guard let name = path.lastComponent else { throw Errno.invalidArgument }
        do throws(Errno) {
            try remove(FileName(name.string), in: OpenDirectory(path.removingLastComponent()))
        } catch .noSuchFileOrDirectory {}
    }
}
