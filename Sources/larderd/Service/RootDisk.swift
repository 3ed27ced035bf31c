import Glibc
import SystemPackage

/// What the small files of a root ask of a disk: the seam at which tests make one fail. All calls block.
struct RootDisk: Sendable {
    /// Makes a file, or empties the one that is there; for its owner alone, and to be appended to.
    var create: @Sendable (FilePath) throws -> FileDescriptor
    var append: @Sendable (FileDescriptor, [UInt8]) throws -> Void
    var sync: @Sendable (FileDescriptor) throws -> Void
    var rename: @Sendable (_ old: FilePath, _ new: FilePath) throws -> Void
    /// Makes names in a directory durable.
    var syncDirectory: @Sendable (FilePath) throws -> Void
    var remove: @Sendable (FilePath) throws -> Void

    /// The machine's own.
    static let system = RootDisk(
        create: { path in
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .append, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
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
        },
        remove: { path in
            guard unsafe path.withPlatformString({ unsafe unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
        })
}

extension RootDisk {
    /// Puts a file with `bytes` alone in the place of what is at `path`: whole, durable, and for its owner alone.
    /// - Throws: `Errno`. What was there stays then, but when only its directory could not be synced, and nothing else is
    ///   left.
    func replace(_ path: FilePath, with bytes: [UInt8]) throws {
        try replacing(path, with: bytes).close()
    }

    /// The same.
    /// - Returns: the file, for more to be appended to. Whoever gets it closes it.
    func replacing(_ path: FilePath, with bytes: [UInt8]) throws -> FileDescriptor {
        let fresh = FilePath("\(path).new")
        let file = try create(fresh)
        do {
            try append(file, bytes)
            try sync(file)
            try rename(fresh, path)
            try syncDirectory(path.removingLastComponent())
            return file
        } catch {
            try? file.close()
            try? remove(fresh)
            throw error
        }
    }
}
