import Glibc
import SystemPackage

/// What a queue asks of a disk: the seam at which tests make one fail. All calls block.
struct QueueDisk: Sendable {
    var open: @Sendable (FilePath, FileDescriptor.AccessMode, FileDescriptor.OpenOptions) throws -> FileDescriptor
    var append: @Sendable (FileDescriptor, [UInt8]) throws -> Void
    var sync: @Sendable (FileDescriptor) throws -> Void
    var rename: @Sendable (_ old: FilePath, _ new: FilePath) throws -> Void
    /// Makes names in a directory durable.
    var syncDirectory: @Sendable (FilePath) throws -> Void

    /// The machine's own.
    static let system = QueueDisk(
        open: { path, mode, options in
            try FileDescriptor.open(
                path, mode, options: options.union([.closeOnExec, .noFollow]), permissions: [.ownerReadWrite])
        },
        append: { file, bytes in _ = try file.writeAll(bytes) },
        sync: { file in guard fdatasync(file.rawValue) == 0 else { throw Errno(rawValue: errno) } },
        rename: { old, new in
            let result = unsafe old.withPlatformString { old in
                unsafe new.withPlatformString { unsafe Glibc.rename(old, $0) }
            }
            guard result == 0 else { throw Errno(rawValue: errno) }
        },
        syncDirectory: { path in
            let directory = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            defer { try? directory.close() }
            guard fsync(directory.rawValue) == 0 else { throw Errno(rawValue: errno) }
        })
}
