internal import Chunking
internal import SystemPackage

/// Goes through a directory in overlayfs's upper form and says what the tar of a layer has for it.
struct UpperWalk {
    /// A row, and where the bytes are of a file that has any.
    typealias Visitor = (Entry, FileName, borrowing OpenDirectory) throws -> Void

    private let omitting: Set<LayerPath>
    /// The first path of each file that has several.
    private var firstPaths: [UInt: LayerPath] = [:]
    /// Omitted directories on the way down; told of as soon as something below them is.
    private var held: [Entry] = []

    private init(omitting: Set<LayerPath>) {
        self.omitting = omitting
    }

    /// Calls `visit` with each row of the layer.
    static func run(_ upper: FilePath, omitting: Set<LayerPath>, visit: Visitor) throws {
        var walk = UpperWalk(omitting: omitting)
        let root: OpenDirectory
        do throws(Errno) { root = try OpenDirectory(upper) } catch { throw failure(error, .root) }
        try TreeWalk.run(
            root, wrapping: { failure($0, $1) as any Error },
            onEntry: { place, parent in try walk.enter(place, parent, visit) },
            onLeave: { place, _ in
                if walk.held.last?.path == place.path { walk.held.removeLast() }
            })
    }

    /// Tells of one place; returns whether to go into it.
    private mutating func enter(
        _ place: TreeWalk.Place, _ parent: borrowing OpenDirectory, _ visit: Visitor
    ) throws -> Bool {
        // Sockets are of no use in an image.
        guard let kind = place.status.kind else { return false }
        let name = Array(place.path.name)
        if place.status.isWhiteout {
            try tell(Self.marker(Whiteout.name(for: name), beside: place.path), place.name, parent, visit)
            return false
        }
        guard !name.starts(with: Whiteout.prefix) else {
            throw BuildError(
                .invalidInput, "\(place.path) cannot be in a layer: names that begin with '.wh.' mean removed files")
        }
        let isOmitted = omitting.contains(place.path)
        guard kind == .directory else {
            guard !isOmitted else { return false }
            let entry = try row(of: place, kind, in: parent)
            try tell(entry, place.name, parent, visit)
            return false
        }
        let entry = try row(of: place, kind, in: parent)
        let isOpaque = try Self.isOpaque(place, in: parent)
        guard !isOmitted || isOpaque else {
            held.append(entry)
            return true
        }
        try tell(entry, place.name, parent, visit)
        if isOpaque {
            let inside = place.path.appending(Whiteout.opaqueMarker)
            try tell(Self.marker(Whiteout.opaqueMarker, beside: inside), place.name, parent, visit)
        }
        return true
    }

    private mutating func tell(
        _ entry: Entry, _ name: FileName, _ parent: borrowing OpenDirectory, _ visit: Visitor
    ) throws {
        for directory in held { try visit(directory, name, parent) }
        held.removeAll()
        try visit(entry, name, parent)
    }

    private mutating func row(
        of place: TreeWalk.Place, _ kind: Entry.Kind, in parent: borrowing OpenDirectory
    ) throws -> Entry {
        let status = place.status
        var entry = Entry(
            path: place.path, kind: kind, mode: status.mode, uid: status.uid, gid: status.gid,
            mtimeSeconds: status.mtimeSeconds)
        switch kind {
        case .file:
            if status.linkCount > 1 {
                if let first = firstPaths[status.inode] {
                    (entry.kind, entry.linkTarget) = (.hardlink, first.bytes)
                    return entry
                }
                firstPaths[status.inode] = place.path
            }
            entry.size = status.size
        case .symlink:
            do throws(Errno) { entry.linkTarget = try parent.linkText(place.name) } catch {
                throw Self.failure(error, place.path)
            }
            // Links cannot have the attributes that layers keep.
            return entry
        case .characterDevice, .blockDevice:
            (entry.deviceMajor, entry.deviceMinor) = (status.deviceMajor, status.deviceMinor)
        case .directory, .fifo, .hardlink: break
        }
        do throws(Errno) {
            entry.xattrs = try parent.attributes(of: place.name, where: Whiteout.isKept)
        } catch {
            throw Self.failure(error, place.path)
        }
        return entry
    }

    private static func isOpaque(
        _ place: TreeWalk.Place, in parent: borrowing OpenDirectory
    ) throws(BuildError) -> Bool {
        do throws(Errno) {
            return try parent.attribute(Whiteout.opaqueAttribute, of: place.name) == Whiteout.opaqueValue
        } catch {
            throw failure(error, place.path)
        }
    }

    /// The empty file `name` in the directory that `path` is in.
    private static func marker(_ name: [UInt8], beside path: LayerPath) -> Entry {
        Entry(path: (path.parent ?? .root).appending(name), kind: .file, mode: 0)
    }

    static func failure(_ error: Errno, _ path: LayerPath) -> BuildError {
        guard !error.isDenial else {
            return BuildError(
                .notPermitted, "cannot read \(path) of a layer: \(error); \(Privileges.advice)", cause: error)
        }
        return BuildError(.io, "cannot read \(path) of a layer: \(error)", cause: error)
    }
}
