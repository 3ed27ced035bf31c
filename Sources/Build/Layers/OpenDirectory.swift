internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// An open directory, and what can be done with the names in it. No call follows a symbolic link in the name.
struct OpenDirectory: ~Copyable {
    let descriptor: OwnedDescriptor

    private init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    init(_ path: FilePath) throws(Errno) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        descriptor = OwnedDescriptor(
            owning: try Errno.check { unsafe path.withPlatformString { unsafe open($0, flags) } })
    }

    /// Opens a directory in this one.
    func directory(_ name: FileName) throws(Errno) -> OpenDirectory {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        return OpenDirectory(
            owning: OwnedDescriptor(owning: try Errno.check { unsafe openat(rawValue, name.terminated, flags) }))
    }

    /// Opens the directory at `path` as a process would whose root is this directory: no link leads out of it.
    func directory(inside path: LayerPath) throws(Errno) -> OpenDirectory {
        let name = FileName(path == .root ? [UInt8(ascii: ".")] : path.bytes)
        let flags = UInt64(O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return OpenDirectory(
            owning: OwnedDescriptor(
                owning: try Errno.check {
                    unsafe linux_openat2(
                        rawValue, name.terminated, flags, 0, linux_RESOLVE_IN_ROOT | linux_RESOLVE_NO_MAGICLINKS)
                }))
    }

    /// Makes an empty file of mode 0600, open for writing; `EEXIST` when the name is taken.
    func createFile(_ name: FileName) throws(Errno) -> OwnedDescriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return OwnedDescriptor(owning: try Errno.check { unsafe openat(rawValue, name.terminated, flags, 0o600) })
    }

    /// Opens a file for reading; never waits for the other end of a fifo.
    func file(_ name: FileName) throws(Errno) -> OwnedDescriptor {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        return OwnedDescriptor(owning: try Errno.check { unsafe openat(rawValue, name.terminated, flags) })
    }

    func makeDirectory(_ name: FileName, mode: UInt32) throws(Errno) {
        try Errno.check { unsafe mkdirat(rawValue, name.terminated, mode) }
    }

    func makeLink(_ name: FileName, to text: FileName) throws(Errno) {
        try Errno.check { unsafe symlinkat(text.terminated, rawValue, name.terminated) }
    }

    /// Makes `name` another name of `target` in `directory`.
    func makeHardLink(
        _ name: FileName, to target: FileName, in directory: borrowing OpenDirectory
    ) throws(Errno) {
        let other = directory.rawValue
        try Errno.check { unsafe linkat(other, target.terminated, rawValue, name.terminated, 0) }
    }

    /// Makes a device or a fifo.
    func makeNode(_ name: FileName, _ kind: Entry.Kind, mode: UInt32, major: UInt32, minor: UInt32) throws(Errno) {
        let type: mode_t =
            switch kind {
            case .characterDevice: S_IFCHR
            case .blockDevice: S_IFBLK
            default: S_IFIFO
            }
        try Errno.check { unsafe mknodat(rawValue, name.terminated, type | mode, linux_makedev(major, minor)) }
    }

    /// Makes what hides `name` of the layers below.
    func makeWhiteout(_ name: FileName) throws(Errno) {
        try makeNode(name, .characterDevice, mode: 0, major: 0, minor: 0)
    }

    func remove(_ name: FileName) throws(Errno) {
        try Errno.check { unsafe unlinkat(rawValue, name.terminated, 0) }
    }

    func removeDirectory(_ name: FileName) throws(Errno) {
        try Errno.check { unsafe unlinkat(rawValue, name.terminated, AT_REMOVEDIR) }
    }

    func setOwner(_ name: FileName, uid: UInt32, gid: UInt32) throws(Errno) {
        try Errno.check { unsafe fchownat(rawValue, name.terminated, uid, gid, AT_SYMLINK_NOFOLLOW) }
    }

    /// Not for symbolic links: it is the one call that follows them.
    func setMode(_ name: FileName, _ mode: UInt32) throws(Errno) {
        try Errno.check { unsafe fchmodat(rawValue, name.terminated, mode, 0) }
    }

    func setModificationTime(_ name: FileName, seconds: Int64, nanoseconds: UInt32) throws(Errno) {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        try Errno.check { unsafe utimensat(rawValue, name.terminated, [time, time], AT_SYMLINK_NOFOLLOW) }
    }

    var rawValue: Int32 { descriptor.rawValue }
}
