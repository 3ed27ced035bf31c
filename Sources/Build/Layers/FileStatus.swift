internal import CLinux
internal import Chunking
internal import Glibc

/// What `stat` says of a file.
struct FileStatus {
    /// `nil` for a socket.
    let kind: Entry.Kind?
    /// Permission bits with set-id and sticky bits.
    let mode: UInt32
    let uid: UInt32
    let gid: UInt32
    let size: UInt64
    let mtimeSeconds: Int64
    let mtimeNanoseconds: UInt32
    let deviceMajor: UInt32
    let deviceMinor: UInt32
    let linkCount: UInt
    let inode: UInt
    /// The file system it is on.
    let fileSystem: UInt

    init(_ information: stat) {
        kind =
            switch information.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symlink
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            case S_IFIFO: .fifo
            default: nil
            }
        mode = information.st_mode & 0o7777
        uid = information.st_uid
        gid = information.st_gid
        size = UInt64(clamping: information.st_size)
        mtimeSeconds = Int64(information.st_mtim.tv_sec)
        mtimeNanoseconds = UInt32(clamping: information.st_mtim.tv_nsec)
        deviceMajor = linux_major(information.st_rdev)
        deviceMinor = linux_minor(information.st_rdev)
        linkCount = UInt(information.st_nlink)
        inode = UInt(information.st_ino)
        fileSystem = UInt(information.st_dev)
    }

    /// Whether overlayfs takes it as the absence of what is below.
    var isWhiteout: Bool { kind == .characterDevice && deviceMajor == 0 && deviceMinor == 0 }
}
