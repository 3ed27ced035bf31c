internal import Chunking
internal import Glibc
internal import SystemPackage

/// What of a file changes when its bytes may have changed.
struct FileStamp: Hashable, Sendable {
    /// A moment as the file system keeps it.
    struct Time: Hashable, Sendable {
        var seconds: Int64
        var nanoseconds: UInt32
    }

    var device: UInt64
    var inode: UInt64
    var size: UInt64
    var mtime: Time
    var ctime: Time

    init(device: UInt64, inode: UInt64, size: UInt64, mtime: Time, ctime: Time) {
        self.device = device
        self.inode = inode
        self.size = size
        self.mtime = mtime
        self.ctime = ctime
    }

    init(_ status: Stat) {
        device = UInt64(status.rawValue.st_dev)
        inode = UInt64(status.rawValue.st_ino)
        size = UInt64(clamping: status.rawValue.st_size)
        mtime = Time(
            seconds: Int64(status.rawValue.st_mtim.tv_sec),
            nanoseconds: UInt32(clamping: status.rawValue.st_mtim.tv_nsec))
        ctime = Time(
            seconds: Int64(status.rawValue.st_ctim.tv_sec),
            nanoseconds: UInt32(clamping: status.rawValue.st_ctim.tv_nsec))
    }

    /// Whether the file was last changed at least two seconds before `now`: a later change cannot have the same
    /// times then, however coarse the file system's clock is.
    func isSettled(at now: Int64) -> Bool {
        max(mtime.seconds, ctime.seconds) + 2 < now
    }
}
