internal import CLinux
internal import Chunking
internal import Glibc
internal import SystemPackage

/// An open file; closed when the value is destroyed.
struct OwnedDescriptor: ~Copyable {
    let rawValue: Int32

    init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Opens a file for reading; follows no link in its last component and never waits for the other end of a fifo.
    init(reading path: FilePath) throws(Errno) {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        rawValue = try Errno.check { unsafe path.withPlatformString { unsafe open($0, flags) } }
    }

    deinit {
        close(rawValue)
    }

    var status: FileStatus {
        get throws(Errno) {
            var information = stat()
            try Errno.check { unsafe fstat(rawValue, &information) }
            return FileStatus(information)
        }
    }

    /// Reads once into a part of `buffer`. Returns 0 at the end of the file.
    func read(into buffer: inout [UInt8], _ range: Range<Int>) throws(Errno) -> Int {
        try Errno.check {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[range])
                return unsafe Glibc.read(rawValue, room.baseAddress, room.count)
            }
        }
    }

    /// Reads as much as there is at `offset`, up to a part of `buffer`.
    /// - Returns: how much that was; less than the part only at the end of the file.
    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: UInt64) throws(Errno) -> Int {
        var done = 0
        while done < range.count {
            let part = (range.lowerBound + done)..<range.upperBound
            let place = off_t(clamping: offset + UInt64(done))
            let count = try Errno.check {
                unsafe buffer.withUnsafeMutableBytes { bytes in
                    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part])
                    return unsafe pread(rawValue, room.baseAddress, room.count, place)
                }
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes`.
    func write(_ bytes: RawSpan) throws(Errno) {
        var offset = 0
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            offset += try Errno.check {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(rawValue, $0.baseAddress, $0.count) }
            }
        }
    }

    /// Locks the file or directory for as long as it is open here. A shared lock waits; the other kind throws
    /// `EAGAIN` where it would have to.
    func lock(shared: Bool) throws(Errno) {
        try Errno.check { flock(rawValue, shared ? LOCK_SH : LOCK_EX | LOCK_NB) }
    }

    func setOwner(uid: UInt32, gid: UInt32) throws(Errno) {
        try Errno.check { fchown(rawValue, uid, gid) }
    }

    func setMode(_ mode: UInt32) throws(Errno) {
        try Errno.check { fchmod(rawValue, mode) }
    }

    func setModificationTime(seconds: Int64, nanoseconds: UInt32) throws(Errno) {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        try Errno.check { unsafe futimens(rawValue, [time, time]) }
    }

    func setAttribute(_ attribute: Entry.ExtendedAttribute) throws(Errno) {
        let name = FileName(attribute.name)
        try Errno.check {
            unsafe fsetxattr(rawValue, name.terminated, attribute.value, attribute.value.count, 0)
        }
    }
}
