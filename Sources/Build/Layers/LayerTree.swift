internal import Chunking
internal import Glibc
internal import SystemPackage

/// The directories of a layer that is being unpacked. Links among them lead where they would in a root filesystem of
/// its own; nothing leads out of it. The directory that was opened last stays open: neighbours in a tar share it.
struct LayerTree: ~Copyable {
    private static let linksMaximum = 40

    private let root: OpenDirectory
    private var path: LayerPath?
    /// The directory that was opened last.
    private(set) var directory: OpenDirectory

    init(_ path: FilePath) throws(Errno) {
        try self.init(root: OpenDirectory(path))
    }

    private init(root: consuming OpenDirectory) throws(Errno) {
        let first = try root.directory(FileName("."))
        self.root = root
        directory = first
        path = .root
    }

    /// Opens the directory at `path`; what is missing on the way is made, and what is no directory replaced by one.
    mutating func open(_ path: LayerPath) throws(Errno) {
        if path == self.path { return }
        do throws(Errno) {
            directory = try root.directory(inside: path)
        } catch {
            directory = try made(path)
        }
        self.path = path
    }

    /// Opens the directory at `path`.
    /// - Returns: whether there is one.
    mutating func openExisting(_ path: LayerPath) throws(Errno) -> Bool {
        if path == self.path { return true }
        do throws(Errno) {
            directory = try root.directory(inside: path)
        } catch .noSuchFileOrDirectory {
            return false
        } catch .notDirectory {
            return false
        }
        self.path = path
        return true
    }

    /// Removes `name` from the open directory, with all that is below it.
    mutating func remove(_ name: FileName) throws(Errno) {
        // The path may have led through what is removed.
        path = nil
        try TreeWalk.remove(name, in: directory)
    }

    /// Goes to `path` one name at a time, which needs no `openat2` and finds out what is missing.
    private func made(_ path: LayerPath) throws(Errno) -> OpenDirectory {
        var ahead = Array(path.components.map { Array($0) }.reversed())
        var here: [[UInt8]] = []
        var directory = try root.directory(FileName("."))
        var links = 0
        while let component = ahead.popLast() {
            if component == [UInt8(ascii: ".")] { continue }
            if component == Array("..".utf8) {
                _ = here.popLast()
                directory = try realDirectory(here)
                continue
            }
            let name = FileName(component)
            if let text = try Self.linkText(name, in: directory) {
                links += 1
                guard links <= Self.linksMaximum else { throw .tooManySymbolicLinkLevels }
                ahead += text.split(separator: UInt8(ascii: "/")).reversed().map { Array($0) }
                guard text.first == UInt8(ascii: "/") else { continue }
                here = []
                directory = try root.directory(FileName("."))
                continue
            }
            directory = try directory.directory(name)
            here.append(component)
        }
        return directory
    }

    /// The text of the link `name`; `nil` for a directory, which is made when there is none.
    private static func linkText(_ name: FileName, in directory: borrowing OpenDirectory) throws(Errno) -> [UInt8]? {
        var isWhiteout = false
        do throws(Errno) {
            let status = try directory.status(name)
            if status.kind == .symlink { return try directory.linkText(name) }
            if status.kind == .directory { return nil }
            isWhiteout = status.isWhiteout
            try directory.remove(name)
        } catch .noSuchFileOrDirectory {}
        try directory.makeDirectory(name, mode: 0o755)
        // One with the set-group-id bit would give it its own group.
        try directory.setOwner(name, uid: geteuid(), gid: getegid())
        try directory.setMode(name, 0o755)
        if isWhiteout { try directory.setOpaque(name) }
        return nil
    }

    private func realDirectory(_ components: [[UInt8]]) throws(Errno) -> OpenDirectory {
        var directory = try root.directory(FileName("."))
        for component in components { directory = try directory.directory(FileName(component)) }
        return directory
    }
}

extension OpenDirectory {
    /// Has `name`, a directory, hide what the layers below have in it.
    func setOpaque(_ name: FileName) throws(Errno) {
        let attribute = Entry.ExtendedAttribute(
            name: Array(Whiteout.opaqueAttribute.utf8), value: Whiteout.opaqueValue)
        try setAttribute(attribute, of: name)
    }
}
