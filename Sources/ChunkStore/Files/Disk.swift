internal import CLinux
internal import Glibc
internal import SystemPackage

/// Every operation on chunk files: the seam at which tests make a disk fail. All handle `EINTR` themselves.
struct Disk: Sendable {
    var open:
        @Sendable (FilePath, FileDescriptor.AccessMode, FileDescriptor.OpenOptions) throws(Errno) -> FileDescriptor
    var close: @Sendable (FileDescriptor) -> Void
    /// Appends the `count` bytes at `offset` to an array; fewer only at the end of the file.
    var readInto: @Sendable (FileDescriptor, _ offset: UInt64, _ count: Int, inout [UInt8]) throws(Errno) -> Void
    /// Writes at `offset`; may write fewer bytes than it was given, and says how many.
    var write: @Sendable (FileDescriptor, _ offset: UInt64, RawSpan) throws(Errno) -> Int
    /// Lets the kernel begin to write a range of a file, so that a later sync waits for less. Of no consequence when it
    /// fails.
    var beginWriteback: @Sendable (FileDescriptor, _ offset: UInt64, _ count: UInt64) -> Void = { _, _, _ in }
    /// `fdatasync`.
    var sync: @Sendable (FileDescriptor) throws(Errno) -> Void
    var truncate: @Sendable (FileDescriptor, _ length: UInt64) throws(Errno) -> Void
    var length: @Sendable (FileDescriptor) throws(Errno) -> UInt64
    /// Makes what was created in or removed from a directory durable.
    var syncDirectory: @Sendable (FilePath) throws(Errno) -> Void
    var remove: @Sendable (FilePath) throws(Errno) -> Void
    /// Removes an empty directory.
    var removeDirectory: @Sendable (FilePath) throws(Errno) -> Void
    /// Gives a file or directory another name, in place of what had it.
    var rename: @Sendable (_ old: FilePath, _ new: FilePath) throws(Errno) -> Void
    /// What the file system of a path has left for this user. Bytes.
    var freeBytes: @Sendable (FilePath) throws(Errno) -> UInt64
    /// How large the file system of a path is. Bytes.
    var totalBytes: @Sendable (FilePath) throws(Errno) -> UInt64
    /// Called after each commit of the index, on the thread that made it.
    var didCommit: @Sendable () -> Void = {}

    /// The machine's own.
    static let system = Disk(
        open: { path, mode, options throws(Errno) in
            try Errno.catching {
                try FileDescriptor.open(path, mode, options: options.union(.closeOnExec), permissions: .ownerReadWrite)
            }
        },
        close: { descriptor in try? descriptor.close() },
        readInto: systemRead,
        write: { descriptor, offset, bytes throws(Errno) in
            try Errno.catching {
                unsafe try bytes.withUnsafeBytes {
                    unsafe try descriptor.write(toAbsoluteOffset: Int64(offset), $0)
                }
            }
        },
        beginWriteback: { descriptor, offset, count in
            _ = linux_begin_writeback(descriptor.rawValue, Int64(offset), Int64(count))
        },
        sync: { descriptor throws(Errno) in try Errno.check { fdatasync(descriptor.rawValue) } },
        truncate: { descriptor, length throws(Errno) in
            try Errno.catching { try descriptor.resize(to: Int64(length)) }
        },
        length: { descriptor throws(Errno) in
            var information = stat()
            try Errno.check { unsafe fstat(descriptor.rawValue, &information) }
            return UInt64(information.st_size)
        },
        syncDirectory: { path throws(Errno) in
            let directory = try Errno.catching {
                try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            }
            defer { try? directory.close() }
            try Errno.check { fsync(directory.rawValue) }
        },
        remove: { path throws(Errno) in
            try Errno.check { unsafe path.withPlatformString { unsafe unlink($0) } }
        },
        removeDirectory: { path throws(Errno) in
            try Errno.check { unsafe path.withPlatformString { unsafe rmdir($0) } }
        },
        rename: { old, new throws(Errno) in
            try Errno.check {
                unsafe old.withPlatformString { old in
                    unsafe new.withPlatformString { new in unsafe Glibc.rename(old, new) }
                }
            }
        },
        freeBytes: { path throws(Errno) in
            var information = statvfs()
            try Errno.check { unsafe path.withPlatformString { unsafe statvfs($0, &information) } }
            return UInt64(information.f_bavail) * UInt64(information.f_frsize)
        },
        totalBytes: { path throws(Errno) in
            var information = statvfs()
            try Errno.check { unsafe path.withPlatformString { unsafe statvfs($0, &information) } }
            return UInt64(information.f_blocks) * UInt64(information.f_frsize)
        })

    private static func systemRead(
        _ descriptor: FileDescriptor, _ offset: UInt64, _ count: Int, into bytes: inout [UInt8]
    ) throws(Errno) {
        try bytes.append(addingCapacity: count) { output throws(Errno) in
            try unsafe output.withUnsafeMutableBufferPointer { buffer, filled throws(Errno) in
                while filled < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count])
                    let got = try Errno.catching {
                        unsafe try descriptor.read(fromAbsoluteOffset: Int64(offset) + Int64(filled), into: rest)
                    }
                    if got == 0 { return }
                    filled += got
                }
            }
        }
    }
}

extension Disk {
    /// Reads `count` bytes at `offset`; fewer only at the end of the file.
    func read(_ descriptor: FileDescriptor, _ offset: UInt64, _ count: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try readInto(descriptor, offset, count, &bytes)
        return bytes
    }

    /// Writes all of `bytes` at `offset`, in as many parts as it takes.
    func writeAll(_ bytes: RawSpan, at offset: UInt64, to descriptor: FileDescriptor) throws(Errno) {
        var written = 0
        while written < bytes.byteCount {
            let count = try write(descriptor, offset + UInt64(written), bytes.extracting(droppingFirst: written))
            // A write that makes no progress and gives no reason would loop for ever.
            guard count > 0 else { throw .noSpace }
            written += count
        }
    }
}

extension Errno {
    /// Runs calls of swift-system, which throw nothing but `Errno`, with that type.
    static func catching<R>(_ body: () throws -> R) throws(Errno) -> R {
        do {
            return try body()
        } catch let error as Errno {
            throw error
        } catch {
            throw .ioError
        }
    }

    /// Runs a system call that returns -1 on failure, again when a signal interrupts it.
    static func check(_ call: () -> Int32) throws(Errno) {
        while call() == -1 {
            let code = Errno(rawValue: errno)
            if code != .interrupted { throw code }
        }
    }
}
