internal import Chunking
internal import Glibc
internal import SystemPackage

/// Makes the files of a layer out of the rows and bytes of its tar, in the form overlayfs wants.
///
/// A path that occurs again replaces what was there, but a directory stays one. A whiteout hides only what other
/// layers have: beside a directory of its own layer it becomes that directory's opaque mark.
struct LayerUnpacker: ~Copyable {
    private struct Time {
        let path: LayerPath
        let seconds: Int64
        let nanoseconds: UInt32
    }

    private var tree: LayerTree
    private let hidesPaths: Bool
    /// The regular file whose bytes arrive.
    private var file: OwnedDescriptor?
    private var fileEntry: Entry?
    private var left: UInt64 = 0
    /// Set at the end: what is put into a directory changes its time.
    private var times: [Time] = []
    /// Whether the tar said anything of the root directory.
    private(set) var hasRoot = false

    /// - Parameters:
    ///   - directory: an empty directory.
    ///   - hidesPaths: whether names that a layer marks what it hides with mean that.
    init(_ directory: FilePath, hidesPaths: Bool = true) throws(BuildError) {
        self.hidesPaths = hidesPaths
        do throws(Errno) { tree = try LayerTree(directory) } catch { throw Self.failure(error, .root) }
    }

    /// Takes the next row.
    mutating func begin(_ entry: Entry) throws(BuildError) {
        left = entry.size
        let name = Array(entry.path.name)
        let isMark = hidesPaths && name.starts(with: Whiteout.prefix)
        let hidden = isMark ? Array(name.dropFirst(Whiteout.prefix.count)) : nil
        if let hidden, hidden.isEmpty || hidden == [UInt8(ascii: ".")] || hidden == Array("..".utf8) {
            throw BuildError(.corrupt, "the layer has \(entry.path), which hides no file that can be; build it again")
        }
        do throws(Errno) {
            guard let parent = entry.path.parent else { return try setRoot(entry) }
            if !hidesPaths {
                try tree.open(parent)
                try place(entry, FileName(name))
            } else if name == Whiteout.opaqueMarker {
                try tree.open(parent)
                try tree.directory.setOpaque(FileName("."))
            } else if name.starts(with: Whiteout.reservedPrefix)
                || entry.path.bytes.starts(with: Whiteout.reservedPrefix)
            {
                return
            } else if let hidden {
                try tree.open(parent)
                try hide(FileName(hidden))
            } else {
                try tree.open(parent)
                try place(entry, FileName(name))
            }
        } catch {
            throw Self.failure(error, entry.path)
        }
    }

    /// Takes the next bytes of the file whose row came last.
    mutating func write(_ bytes: RawSpan) throws(BuildError) {
        guard let entry = fileEntry else { return }
        left -= min(left, UInt64(bytes.byteCount))
        do throws(Errno) {
            try file?.write(bytes)
            if left == 0 { try endFile(entry) }
        } catch {
            throw Self.failure(error, entry.path)
        }
    }

    /// Ends the layer.
    mutating func finish() throws(BuildError) {
        for time in times {
            do throws(Errno) {
                guard try tree.openExisting(time.path.parent ?? .root) else { continue }
                let name = time.path == .root ? FileName(".") : FileName(time.path.name)
                guard try tree.directory.status(name).kind == .directory else { continue }
                try tree.directory.setModificationTime(name, seconds: time.seconds, nanoseconds: time.nanoseconds)
            } catch .noSuchFileOrDirectory {
                // Something that came later replaced it.
            } catch {
                throw Self.failure(error, time.path)
            }
        }
    }

    // MARK: Making

    private mutating func setRoot(_ entry: Entry) throws(Errno) {
        hasRoot = true
        try tree.open(.root)
        try setAttributes(of: FileName("."), entry)
    }

    private mutating func place(_ entry: Entry, _ name: FileName) throws(Errno) {
        switch entry.kind {
        case .file:
            var made: OwnedDescriptor?
            try replacing(name) { directory, name throws(Errno) in made = try directory.createFile(name) }
            file = made.take()
            fileEntry = entry
            if entry.size == 0 { try endFile(entry) }
        case .directory:
            try makeDirectory(name)
            try setAttributes(of: name, entry)
        case .symlink:
            let text = FileName(entry.linkTarget)
            try replacing(name) { directory, name throws(Errno) in try directory.makeLink(name, to: text) }
            try setAttributes(of: name, entry)
        case .hardlink:
            try makeHardLink(name, to: LayerPath(entry.linkTarget), in: entry.path.parent ?? .root)
        case .characterDevice, .blockDevice, .fifo:
            try replacing(name) { directory, name throws(Errno) in try Self.makeNode(entry, name, in: directory) }
            try setAttributes(of: name, entry)
        }
    }

    /// Makes a device or a fifo. In user namespaces there can be no devices: an empty file takes its place.
    private static func makeNode(
        _ entry: Entry, _ name: FileName, in directory: borrowing OpenDirectory
    ) throws(Errno) {
        do throws(Errno) {
            try directory.makeNode(
                name, entry.kind, mode: 0o600, major: entry.deviceMajor, minor: entry.deviceMinor)
        } catch .notPermitted where entry.kind != .fifo && !UserNamespace.present.isInitial {
            _ = try directory.createFile(name)
        }
    }

    /// Makes something; what is in its place is removed first.
    private mutating func replacing(
        _ name: FileName, _ make: (borrowing OpenDirectory, FileName) throws(Errno) -> Void
    ) throws(Errno) {
        do throws(Errno) {
            try make(tree.directory, name)
        } catch .fileExists {
            try tree.remove(name)
            try make(tree.directory, name)
        }
    }

    private mutating func makeDirectory(_ name: FileName) throws(Errno) {
        do throws(Errno) {
            try tree.directory.makeDirectory(name, mode: 0o700)
        } catch .fileExists {
            let status = try tree.directory.status(name)
            if status.kind == .directory { return }
            try tree.remove(name)
            try tree.directory.makeDirectory(name, mode: 0o700)
            if status.isWhiteout { try tree.directory.setOpaque(name) }
        }
    }

    private mutating func makeHardLink(
        _ name: FileName, to target: LayerPath, in parent: LayerPath
    ) throws(Errno) {
        let targetName = FileName(target.name)
        guard try tree.openExisting(target.parent ?? .root) else { throw .noSuchFileOrDirectory }
        let source = try tree.directory.directory(FileName("."))
        let status = try source.status(targetName)
        try tree.open(parent)
        do throws(Errno) {
            try tree.directory.makeHardLink(name, to: targetName, in: source)
        } catch .fileExists {
            // A link to itself is there already.
            let existing = try tree.directory.status(name)
            if existing.inode == status.inode { return }
            try tree.remove(name)
            try tree.directory.makeHardLink(name, to: targetName, in: source)
        }
    }

    private func hide(_ name: FileName) throws(Errno) {
        do throws(Errno) {
            try tree.directory.makeWhiteout(name)
        } catch .fileExists {
            if try tree.directory.status(name).kind == .directory { try tree.directory.setOpaque(name) }
        }
    }

    // MARK: Attributes

    /// Ends the file that is being written. Owners before attributes and modes: changing the owner takes away
    /// capabilities and set-id bits.
    private mutating func endFile(_ entry: Entry) throws(Errno) {
        guard let file = file.take() else { return }
        fileEntry = nil
        let owner = UserNamespace.present.owner(entry.uid, entry.gid)
        try file.setOwner(uid: owner.uid, gid: owner.gid)
        for attribute in entry.xattrs where Whiteout.isUnpacked(attribute.name) {
            do throws(Errno) { try file.setAttribute(attribute) } catch { try Self.excuse(error, attribute, .file) }
        }
        try file.setMode(entry.mode)
        try file.setModificationTime(seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds)
    }

    /// Gives what has just been made in the open directory its attributes.
    private mutating func setAttributes(of name: FileName, _ entry: Entry) throws(Errno) {
        let owner = UserNamespace.present.owner(entry.uid, entry.gid)
        try tree.directory.setOwner(name, uid: owner.uid, gid: owner.gid)
        for attribute in entry.xattrs where Whiteout.isUnpacked(attribute.name) {
            do throws(Errno) {
                try tree.directory.setAttribute(attribute, of: name)
            } catch {
                try Self.excuse(error, attribute, entry.kind)
            }
        }
        if entry.kind != .symlink { try tree.directory.setMode(name, entry.mode) }
        guard entry.kind != .directory else {
            times.append(
                Time(path: entry.path, seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds))
            return
        }
        try tree.directory.setModificationTime(
            name, seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds)
    }

    /// Throws unless an attribute may be missing: where the file system has none of its sort, or the kernel allows
    /// none on this kind of file or in a user namespace. Programs do not run as they should without their capabilities.
    private static func excuse(
        _ error: Errno, _ attribute: Entry.ExtendedAttribute, _ kind: Entry.Kind
    ) throws(Errno) {
        let isNeeded = attribute.name.elementsEqual("security.capability".utf8)
        let isImpossible =
            error == .notPermitted && (kind != .file && kind != .directory || !UserNamespace.present.isInitial)
        guard !isNeeded, error == .notSupported || isImpossible else { throw error }
    }

    private static func failure(_ error: Errno, _ path: LayerPath) -> BuildError {
        guard !error.isDenial else {
            return BuildError(.notPermitted, "cannot unpack \(path): \(error); \(Privileges.advice)", cause: error)
        }
        guard error != .invalidArgument || UserNamespace.present.isInitial else {
            return BuildError(
                .notPermitted,
                "cannot unpack \(path): it belongs to a user or group whose number is beyond those that this user may use: "
                    + "give it more in /etc/subuid and /etc/subgid, or build as root", cause: error)
        }
        return BuildError(.io, "cannot unpack \(path): \(error)", cause: error)
    }
}
