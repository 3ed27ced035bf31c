internal import Chunking
internal import SystemPackage

/// The places in a root filesystem that a container has something mounted on.
struct MountPoints {
    private static let linksMaximum = 40
    private static let directories = ["dev", "etc", "proc", "sys"]
    private static let files = ["etc/hosts", "etc/resolv.conf"]

    /// A directory that is there, and in which the runtime makes a mount point.
    private struct Parent {
        let path: LayerPath
        let status: FileStatus
    }

    /// What is not there before the runtime makes it.
    private var missing: Set<LayerPath> = []
    private var parents: [Parent] = []

    /// Makes those that every container has in `directory`, which becomes the bottom layer. They have the same time
    /// on every runner.
    static func make(in directory: FilePath) throws {
        for name in directories { try StateFile.makeDirectory(directory.appending(name)) }
        for name in files { try SmallFile.write([], to: directory.appending(name), mode: 0o644) }
        let root = try OpenDirectory(directory)
        for name in files + directories {
            try root.setModificationTime(FileName(name), seconds: 0, nanoseconds: 0)
        }
    }

    /// Finds out which of `targets` (absolute) a runtime will have to make in `root`.
    init(_ targets: [String], in root: RootFilesystem) throws(Errno) {
        let merged = try OpenDirectory(root.merged)
        let upper = try OpenDirectory(root.upper)
        for target in targets { try find(LayerPath(target), merged, upper) }
    }

    /// Goes to `path` as the runtime does, following links inside of the root, and notes where it ends.
    private mutating func find(
        _ path: LayerPath, _ merged: borrowing OpenDirectory, _ upper: borrowing OpenDirectory
    ) throws(Errno) {
        var ahead = Array(path.components.map { Array($0) }.reversed())
        var here = LayerPath.root
        var links = 0
        while let component = ahead.popLast() {
            let place = here.appending(component)
            guard place != .root else {
                here = .root
                continue
            }
            guard let status = try Self.status(place, merged) else { return try note(place, ahead, merged, upper) }
            guard status.kind == .symlink else {
                here = place
                continue
            }
            links += 1
            guard links <= Self.linksMaximum else { throw .tooManySymbolicLinkLevels }
            let text = try merged.directory(inside: place.parent ?? .root).linkText(FileName(place.name))
            if text.first == UInt8(ascii: "/") { here = .root }
            ahead += text.split(separator: UInt8(ascii: "/")).reversed().map { Array($0) }
        }
    }

    private mutating func note(
        _ first: LayerPath, _ ahead: [[UInt8]], _ merged: borrowing OpenDirectory, _ upper: borrowing OpenDirectory
    ) throws(Errno) {
        var path = first
        missing.insert(path)
        for component in ahead.reversed() {
            path = path.appending(component)
            missing.insert(path)
        }
        guard let parent = first.parent, let above = parent.parent, !missing.contains(parent) else { return }
        // Making something in a directory of a lower layer puts the directory into the upper one.
        let status = try merged.directory(inside: above).status(FileName(parent.name))
        if try Self.status(parent, upper) == nil { parents.append(Parent(path: parent, status: status)) }
    }

    /// What of the upper directory is there only because the runtime made it, as far as that can be told.
    func stubs(in upper: FilePath) throws(Errno) -> Set<LayerPath> {
        let directory = try OpenDirectory(upper)
        var stubs: Set<LayerPath> = []
        for path in missing {
            guard let status = try Self.status(path, directory) else { continue }
            if status.kind == .directory || status.kind == .file && status.size == 0 { stubs.insert(path) }
        }
        for parent in parents {
            guard let status = try Self.status(parent.path, directory) else { continue }
            if status.mode == parent.status.mode, status.uid == parent.status.uid, status.gid == parent.status.gid {
                stubs.insert(parent.path)
            }
        }
        return stubs
    }

    private static func status(_ path: LayerPath, _ root: borrowing OpenDirectory) throws(Errno) -> FileStatus? {
        do throws(Errno) {
            return try root.directory(inside: path.parent ?? .root).status(FileName(path.name))
        } catch  where error == .noSuchFileOrDirectory || error == .notDirectory {
            return nil
        }
    }
}
