internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// A file of the build context as the disk has it.
struct ContextEntry: Sendable {
    /// Its row, as it enters keys and layers: owned by root; the path is relative to the context.
    var entry: Entry
    /// Where it is.
    let file: FilePath
    /// What tells whether it is still the same file.
    let stamp: FileStamp
    /// How many names the file has, on the whole disk.
    let linkCount: UInt
    /// Sockets have no place in a layer.
    let isSocket: Bool
    /// Left out itself by `.dockerignore`, but something below it may not be.
    var isIgnored = false

    /// Looks at a file without following a link.
    /// - Throws: `io`.
    init(_ path: LayerPath, at file: FilePath) throws(BuildError) {
        let status: Stat
        do {
            status = try Stat(file, followTargetSymlink: false)
        } catch {
            throw BuildError(.io, "\(file) cannot be looked at: \(error).", cause: error)
        }
        self.file = file
        stamp = FileStamp(status)
        linkCount = UInt(status.rawValue.st_nlink)
        isSocket = status.rawValue.st_mode & S_IFMT == S_IFSOCK
        let kind = Self.kind(status.rawValue.st_mode)
        entry = Entry(
            path: path, kind: kind, mode: status.rawValue.st_mode & 0o7777, mtimeSeconds: stamp.mtime.seconds,
            mtimeNanoseconds: stamp.mtime.nanoseconds)
        switch kind {
        case .file: entry.size = stamp.size
        case .symlink: entry.linkTarget = try ExtendedFile.linkTarget(of: file)
        case .characterDevice, .blockDevice:
            entry.deviceMajor = linux_major(status.rawValue.st_rdev)
            entry.deviceMinor = linux_minor(status.rawValue.st_rdev)
        case .directory, .hardlink, .fifo: break
        }
        if kind == .file || kind == .directory { entry.xattrs = ExtendedFile.keptAttributes(of: file) }
    }

    /// Gives files and directories the mode that Git would give them anywhere, so that it does not matter what umask the
    /// checkout was made with: 755 for directories and for what its owner may execute, 644 for other files.
    mutating func normalizeMode() {
        switch entry.kind {
        case .directory: entry.mode = 0o755
        case .file: entry.mode = entry.mode & 0o100 != 0 ? 0o755 : 0o644
        case .symlink, .hardlink, .characterDevice, .blockDevice, .fifo: break
        }
    }

    private static func kind(_ mode: mode_t) -> Entry.Kind {
        switch mode & S_IFMT {
        case S_IFDIR: .directory
        case S_IFLNK: .symlink
        case S_IFCHR: .characterDevice
        case S_IFBLK: .blockDevice
        case S_IFIFO: .fifo
        default: .file
        }
    }
}

/// Numbers the files of one source, equal for the names of one file.
struct ContextFileNumbers {
    private struct Inode: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private var first: [Inode: (number: Int, entry: Entry)] = [:]

    /// The number of a file, which was hashed; `nil` for what has one name only. Where it differs from the first of its
    /// number it is not the same file any more, whatever the disk said before.
    mutating func number(of file: ContextEntry) -> Int? {
        guard file.entry.kind == .file, file.linkCount > 1 else { return nil }
        let inode = Inode(device: file.stamp.device, inode: file.stamp.inode)
        guard let first = first[inode] else {
            let number = self.first.count
            self.first[inode] = (number, file.entry)
            return number
        }
        let isSame =
            first.entry.content == file.entry.content && first.entry.mode == file.entry.mode
            && first.entry.xattrs == file.entry.xattrs
        return isSame ? first.number : nil
    }
}
