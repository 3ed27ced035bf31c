import Glibc
import Logging
import SystemPackage

@testable import ChunkStore

/// A directory for one test, removed with everything in it at the end.
final class TemporaryRoot: Sendable {
    let path: FilePath

    /// - Parameter parent: where it is made.
    init(in parent: FilePath = "/tmp") throws {
        path = parent.appending("larder-store-\(getpid())-\(UInt64.random(in: 0 ... .max))")
        try RootLayout.makeDirectory(path)
    }

    deinit {
        Self.remove(path)
    }

    /// One in memory where the machine has such a file system: for tests of what is synced rather than of syncing.
    static func inMemory() throws -> TemporaryRoot {
        let memory = FilePath("/dev/shm")
        return try TemporaryRoot(
            in: unsafe memory.withPlatformString { unsafe access($0, W_OK) } == 0 ? memory : "/tmp")
    }

    var root: FilePath { path.appending("root") }
    var chunks: FilePath { root.appending("chunks") }

    /// What its records' checksums are salted with.
    var salt: RootSalt { get throws { try RootLayout(root: root, disk: .system).readFormat().salt } }

    func open(_ options: Store.Options = Store.Options(), disk: Disk = .system) throws -> Store {
        try Store(opening: root, options: options, disk: disk, logger: quiet)
    }

    /// The chunk files' paths, by number.
    func chunkFiles(in root: FilePath? = nil) throws -> [FilePath] {
        let directory = (root ?? self.root).appending("chunks")
        return try RootLayout.names(in: directory).filter { $0.hasSuffix(".chunks") }.sorted()
            .map { directory.appending($0) }
    }

    static func remove(_ path: FilePath) {
        if let names = try? RootLayout.names(in: path) {
            for name in names { remove(path.appending(name)) }
            unsafe path.withPlatformString { _ = unsafe rmdir($0) }
        } else {
            unsafe path.withPlatformString { _ = unsafe unlink($0) }
        }
    }
}

/// A logger that says nothing below `critical`.
let quiet: Logger = {
    var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    logger.logLevel = .critical
    return logger
}()

/// All bytes of a file.
func contents(of path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    return try Disk.system.read(file, 0, Int(Disk.system.length(file)))
}

/// Makes a file of `bytes`.
func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    defer { try? file.close() }
    try file.writeAll(bytes)
}

/// Turns over one bit of a file.
func flipBit(of path: FilePath, at offset: Int) throws {
    var bytes = try contents(of: path)
    bytes[offset] ^= 0x10
    try write(bytes, to: path)
}

/// The permission bits of a path.
func mode(of path: FilePath) throws -> UInt32 {
    var information = stat()
    try Errno.check { unsafe path.withPlatformString { unsafe stat($0, &information) } }
    return information.st_mode & 0o7777
}

/// Copies a directory with everything in it.
func copyTree(_ from: FilePath, to: FilePath) throws {
    try RootLayout.makeDirectory(to)
    for name in try RootLayout.names(in: from) {
        let (source, target) = (from.appending(name), to.appending(name))
        var information = stat()
        try Errno.check { unsafe source.withPlatformString { unsafe stat($0, &information) } }
        if information.st_mode & S_IFMT == S_IFDIR {
            try copyTree(source, to: target)
        } else {
            try write(try contents(of: source), to: target)
        }
    }
}
