internal import CLinux
internal import Glibc
internal import SystemPackage

/// Mounts and unmounts.
enum FileSystemMount {
    static func mount(_ type: String, at target: FilePath, flags: UInt = 0, options: String) throws(Errno) {
        let (type, options) = (FileName(type), FileName(options))
        try Errno.check {
            unsafe target.withPlatformString { target in
                unsafe options.terminated.withUnsafeBytes { bytes in
                    unsafe Glibc.mount(type.terminated, target, type.terminated, flags, bytes.baseAddress)
                }
            }
        }
    }

    /// Mounts what is on a device or in a file.
    static func mount(_ type: String, of source: FilePath, at target: FilePath, flags: UInt) throws(Errno) {
        let type = FileName(type)
        try Errno.check {
            unsafe source.withPlatformString { source in
                unsafe target.withPlatformString { unsafe Glibc.mount(source, $0, type.terminated, flags, nil) }
            }
        }
    }

    /// Unmounts; what still uses the file system keeps it until it is done. Nothing happens where none is mounted.
    static func unmount(_ target: FilePath) throws(Errno) {
        do throws(Errno) {
            try Errno.check { unsafe target.withPlatformString { unsafe umount2($0, Int32(MNT_DETACH)) } }
        } catch .invalidArgument {
        } catch .noSuchFileOrDirectory {}
    }

    /// Whether `path` is on overlayfs.
    static func isOverlay(_ path: FilePath) throws(Errno) -> Bool {
        try Errno.check { unsafe path.withPlatformString { unsafe linux_file_system_type($0) } }
            == linux_OVERLAYFS_MAGIC
    }
}
